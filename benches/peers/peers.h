/* What run.py hands to the contestants in C and in Rust: the same columns, by reference. */
#ifndef PEERS_H
#define PEERS_H

#include <stddef.h>
#include <stdint.h>

typedef struct peers_input {
    const void *values;      /* the ratings, of the type that the task names */
    const uint8_t *validity; /* bits or bytes, as the task says; or NULL */
    const uint32_t *codes;   /* a group number below `groups` a row; or NULL */
    size_t rows;
    size_t groups;
} peers_input;

/* Does the task once and returns its score; NaN if there is no such task or it failed. */
double peers_c(const char *task, const peers_input *input);     /* cxm through its C door */
double peers_loops(const char *task, const peers_input *input); /* bare loops in C */
double peers_rust(const char *task, const peers_input *input);  /* cxm and others in Rust */

#endif
