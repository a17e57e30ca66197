/*
 * Random changes of good state bytes, signed again with a right checksum so that they get past it.
 * Whatever is read must be written again as the same bytes, and be readable; nothing may be a
 * fault.
 * Arguments: the number of changes for each calculator.
 */
#include "rows.h"

static uint32_t crc32c(const uint8_t *data, size_t length) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

static void put32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

enum { HEAD = 16, TAIL = 4, SPARE = 16 };

/* Makes the length and the checksum of a frame right. */
static void sign(uint8_t *frame, size_t length) {
    put32(frame + 12, (uint32_t)(length - HEAD - TAIL));
    put32(frame + length - TAIL, crc32c(frame, length - TAIL));
}

/* One to four random changes within the payload; gives the new length. */
static size_t change(uint8_t *frame, size_t length, uint64_t *seed) {
    static const uint8_t interesting[] = {0, 1, 0x7f, 0x80, 0xff, 0xfe, 2, 64};
    for (uint32_t changes = next_random(seed) % 4 + 1; changes > 0; changes--) {
        size_t payload = length - HEAD - TAIL;
        uint8_t *at = frame + HEAD + (payload == 0 ? 0 : next_random(seed) % payload);
        size_t after = (size_t)(frame + length - at);
        switch (next_random(seed) % 5) {
        case 0:
            *at ^= (uint8_t)(1u << next_random(seed) % 8);
            break;
        case 1:
            *at = interesting[next_random(seed) % sizeof interesting];
            break;
        case 2:
            *at = (uint8_t)next_random(seed);
            break;
        case 3:
            memmove(at + 1, at, after);
            *at = (uint8_t)next_random(seed);
            length++;
            break;
        default:
            if (payload > 0) {
                memmove(at, at + 1, after - 1);
                length--;
            }
        }
    }
    return length;
}

static int canonical(const bytes *again, const uint8_t *frame, size_t length) {
    return again->length == length && memcmp(again->data, frame, length) == 0;
}

/* Reads a frame as a calculator or as a table; says whether it was one. */
static int read_frame(const uint8_t *frame, size_t length, int is_table) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *report = NULL;
    bytes again = {NULL, 0};
    cxm_status status;
    if (is_table) {
        cxm_keyed *table = NULL;
        status = cxm_keyed_from_bytes(frame, length, &table, &err);
        if (status != CXM_STATUS_OK) {
            CHECK(status == err.code && status < 100 && table == NULL);
            return 0;
        }
        OK(cxm_keyed_to_bytes(table, NULL, 0, &again.length, &err));
        again.data = malloc(again.length);
        CHECK(again.data != NULL);
        OK(cxm_keyed_to_bytes(table, again.data, again.length, &again.length, &err));
        status = cxm_keyed_table(table, NULL, 0, &report, &err);
        CHECK(status < 100);
        cxm_keyed_free(table);
    } else {
        cxm_calculator *made = NULL;
        status = cxm_calculator_from_bytes(frame, length, &made, &err);
        if (status != CXM_STATUS_OK) {
            CHECK(status == err.code && status < 100 && made == NULL);
            return 0;
        }
        again = state_of(made);
        OK(cxm_calculator_value(made, &report, &err));
        cxm_report *interval = NULL;
        status = cxm_calculator_ask(made, "interval", Z, NULL, 0, &interval, &err);
        CHECK(status < 100);
        cxm_report_free(interval);
        status = cxm_calculator_merge(made, made, &err);
        CHECK(status < 100);
        cxm_calculator_free(made);
    }
    cxm_report_free(report);
    CHECK(canonical(&again, frame, length));
    free(again.data);
    return 1;
}

static unsigned long attack(const bytes *good, int is_table, unsigned long tries, uint64_t seed) {
    unsigned long readable = 0;
    uint8_t *frame = malloc(good->length + SPARE);
    CHECK(frame != NULL && read_frame(good->data, good->length, is_table));
    for (unsigned long i = 0; i < tries; i++) {
        memcpy(frame, good->data, good->length);
        size_t length = change(frame, good->length, &seed);
        sign(frame, length);
        readable += (unsigned long)read_frame(frame, length, is_table);
    }
    free(frame);
    return readable;
}

int main(int argc, char **argv) {
    static rows all;
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *catalogue = NULL;
    size_t calculators = 0;
    unsigned long tries = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    OK(cxm_catalogue(&catalogue, &err));
    OK(cxm_report_length(catalogue, "calculators", Z, &calculators, &err));
    for (size_t i = 0; i < calculators; i++) {
        char path[64], name[64], shape[32];
        part batch;
        snprintf(path, sizeof path, "calculators[%lu].name", (unsigned long)i);
        text_at(catalogue, path, name, sizeof name);
        snprintf(path, sizeof path, "calculators[%lu].shape", (unsigned long)i);
        text_at(catalogue, path, shape, sizeof shape);
        cxm_calculator *made = make(name, NULL);
        fill_rows(&all, made, shape, 77 + i);
        OK(cxm_calculator_update(made, part_of(&all, 0, 40, &batch), &err));
        bytes state = state_of(made);
        unsigned long plain = attack(&state, 0, tries, 0x1234567 + i);
        free(state.data);

        cxm_keyed *table = NULL;
        cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, 40);
        keys.data = all.customer;
        const char *options =
            "{\"by\": [\"customer\"], \"max_groups\": 9, \"overflow\": \"other\"}";
        OK(cxm_keyed_new(name, Z, options, Z, NULL, 0, &table, &err));
        OK(cxm_keyed_update(table, &keys, 1, part_of(&all, 0, 40, &batch), &err));
        OK(cxm_keyed_to_bytes(table, NULL, 0, &state.length, &err));
        state.data = malloc(state.length);
        CHECK(state.data != NULL);
        OK(cxm_keyed_to_bytes(table, state.data, state.length, &state.length, &err));
        unsigned long keyed = attack(&state, 1, tries, 0x7654321 + i);
        free(state.data);
        printf("%s: %lu changes, %lu readable; table: %lu readable\n", name, tries, plain, keyed);
        cxm_keyed_free(table);
        cxm_calculator_free(made);
    }
    cxm_report_free(catalogue);
    return 0;
}
