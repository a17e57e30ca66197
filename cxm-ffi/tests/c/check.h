/* Checks for the C tests: a failed one says where and ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxm.h"

#define Z CXM_NUL_TERMINATED

static unsigned long checks_made = 0;

#define CHECK(condition)                                                              \
    do {                                                                              \
        checks_made++;                                                                \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);   \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

/* The call gives this status. The call may use `&err`. */
#define GIVES(expected, call)                                                             \
    do {                                                                                  \
        cxm_status given_ = (call);                                                       \
        checks_made++;                                                                    \
        if (given_ != (expected)) {                                                       \
            fprintf(stderr, "%s:%d: %s gives %s, expected %s\n  %s\n", __FILE__, __LINE__, \
                    #call, cxm_status_name(given_), cxm_status_name(expected),            \
                    err.code == given_ ? err.message : "");                               \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

#define OK(call) GIVES(CXM_STATUS_OK, call)

typedef struct bytes {
    uint8_t *data;
    size_t length;
} bytes;

static inline bytes state_of(const cxm_calculator *calculator) {
    cxm_error err = CXM_ERROR_INIT;
    bytes state = {NULL, 0};
    size_t written = 0;
    OK(cxm_calculator_to_bytes(calculator, NULL, 0, &state.length, &err));
    state.data = malloc(state.length);
    CHECK(state.data != NULL);
    OK(cxm_calculator_to_bytes(calculator, state.data, state.length, &written, &err));
    CHECK(written == state.length);
    return state;
}

/* Equal by the library's word and by the bytes, which must agree. */
static inline int same(const cxm_calculator *a, const cxm_calculator *b) {
    cxm_error err = CXM_ERROR_INIT;
    bytes x = state_of(a), y = state_of(b);
    int bytes_equal = x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
    int32_t equal = -1;
    OK(cxm_calculator_equal(a, b, &equal, &err));
    CHECK(equal == bytes_equal);
    free(x.data);
    free(y.data);
    return bytes_equal;
}

static inline cxm_calculator *copy_of(const cxm_calculator *calculator) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *copy = NULL;
    OK(cxm_calculator_clone(calculator, &copy, &err));
    return copy;
}

static inline cxm_calculator *make(const char *name, const char *definition) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *made = NULL;
    OK(cxm_calculator_new(name, Z, definition, definition == NULL ? 0 : Z, &made, &err));
    return made;
}

/* A text of a report as a zero-terminated copy. */
static inline void text_at(const cxm_report *report, const char *path, char *out, size_t room) {
    cxm_error err = CXM_ERROR_INIT;
    const char *text = NULL;
    size_t length = 0;
    OK(cxm_report_text(report, path, Z, &text, &length, &err));
    CHECK(text != NULL && length < room);
    memcpy(out, text, length);
    out[length] = '\0';
}

/* Random numbers that are the same in every run (xorshift). */
static inline uint32_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 32);
}

#endif
