/* Random rows of any batch shape, and any part of them as a batch. */
#ifndef ROWS_H
#define ROWS_H

#include "check.h"

enum { ROWS = 257, MAX_ITEMS = 32 };

typedef struct rows {
    char shape[32];
    size_t items; /* columns of an item batch */
    int no_costs; /* whether the calculator takes transactions without costs only */
    int64_t rating[MAX_ITEMS][ROWS];
    uint8_t present[MAX_ITEMS][ROWS];
    int64_t invited_at[ROWS];
    int64_t answered_at[ROWS];
    int64_t customer[ROWS];
    int64_t history[3][ROWS]; /* frequency, recency, age */
    int64_t observed[ROWS];
    int64_t unobserved[ROWS];
    int64_t ends[ROWS];
    int64_t amounts[ROWS];
    int64_t zero_or_one[ROWS];
} rows;

/* A batch and the columns that it borrows. */
typedef struct part {
    cxm_column columns[MAX_ITEMS];
    cxm_key_column customers;
    cxm_key_column touchpoints;
    cxm_batch batch;
} part;

static inline cxm_column integers(const int64_t *data, const uint8_t *present, size_t length) {
    cxm_column column = CXM_COLUMN(CXM_TYPE_I64, NULL, 0);
    column.data = data;
    column.length = length;
    if (present != NULL) {
        column.validity = present;
        column.validity_layout = CXM_VALIDITY_BYTES;
    }
    return column;
}

/* Rows from `from` to before `to`, as a batch of the shape. */
static inline const cxm_batch *part_of(const rows *all, size_t from, size_t to, part *out) {
    size_t length = to - from;
    if (strcmp(all->shape, "ratings") == 0) {
        out->columns[0] = integers(all->rating[0] + from, all->present[0] + from, length);
        cxm_batch_ratings(&out->batch, &out->columns[0], NULL, NULL);
    } else if (strcmp(all->shape, "items") == 0) {
        for (size_t i = 0; i < all->items; i++) {
            out->columns[i] = integers(all->rating[i] + from, all->present[i] + from, length);
        }
        cxm_batch_items(&out->batch, out->columns, all->items);
    } else if (strcmp(all->shape, "invitations") == 0) {
        out->columns[0] = integers(all->invited_at + from, NULL, length);
        out->columns[1] = integers(all->answered_at + from, all->present[0] + from, length);
        cxm_batch_invitations(&out->batch, &out->columns[0], &out->columns[1]);
    } else if (strcmp(all->shape, "answers") == 0) {
        cxm_key_column customers = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, 0);
        customers.data = all->customer + from;
        customers.length = length;
        out->customers = customers;
        out->columns[0] = integers(all->answered_at + from, NULL, length);
        out->columns[1] = integers(all->rating[0] + from, all->present[0] + from, length);
        cxm_batch_answers(&out->batch, &out->customers, NULL, &out->columns[0], &out->columns[1]);
    } else if (strcmp(all->shape, "transactions") == 0) {
        cxm_key_column customers = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, 0);
        customers.data = all->customer + from;
        customers.length = length;
        out->customers = customers;
        out->columns[0] = integers(all->answered_at + from, NULL, length);
        out->columns[1] = integers(all->rating[0] + from, all->present[0] + from, length);
        out->columns[2] = integers(all->rating[1] + from, all->present[1] + from, length);
        cxm_batch_transactions(&out->batch, &out->customers, &out->columns[0], &out->columns[1],
                               all->no_costs ? NULL : &out->columns[2], NULL);
    } else if (strcmp(all->shape, "histories") == 0) {
        for (size_t i = 0; i < 3; i++) {
            out->columns[i] = integers(all->history[i] + from, NULL, length);
        }
        cxm_batch_histories(&out->batch, &out->columns[0], &out->columns[1], &out->columns[2],
                            NULL, NULL);
    } else if (strcmp(all->shape, "durations") == 0) {
        out->columns[0] = integers(all->rating[0] + from, NULL, length);
        out->columns[1] = integers(all->observed + from, NULL, length);
        cxm_batch_durations(&out->batch, &out->columns[0], &out->columns[1], NULL, NULL, NULL);
    } else if (strcmp(all->shape, "paths") == 0) {
        cxm_key_column paths = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, 0);
        paths.data = all->customer + from;
        paths.length = length;
        out->customers = paths;
        out->columns[0] = integers(all->observed + from, NULL, length);
        out->columns[1] = integers(all->unobserved + from, NULL, length);
        cxm_batch_paths(&out->batch, &out->customers, &out->columns[0], NULL, &out->columns[1]);
    } else if (strcmp(all->shape, "spans") == 0) {
        cxm_key_column customers = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, 0);
        customers.data = all->customer + from;
        customers.length = length;
        out->customers = customers;
        out->columns[0] = integers(all->invited_at + from, NULL, length);
        out->columns[1] = integers(all->ends + from, all->present[0] + from, length);
        out->columns[2] = integers(all->amounts + from, NULL, length);
        cxm_batch_spans(&out->batch, &out->customers, &out->columns[0], &out->columns[1], NULL,
                        &out->columns[2], NULL, NULL, NULL);
    } else if (strcmp(all->shape, "events") == 0) {
        cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, 0);
        keys.data = all->customer + from;
        keys.length = length;
        out->customers = keys;
        keys.data = all->rating[0] + from;
        out->touchpoints = keys;
        out->columns[0] = integers(all->answered_at + from, NULL, length);
        out->columns[1] = integers(all->rating[1] + from, all->present[1] + from, length);
        cxm_batch_events(&out->batch, &out->customers, &out->touchpoints, &out->columns[0], NULL,
                         NULL, &out->columns[1], NULL, NULL, NULL);
    } else if (strcmp(all->shape, "predictions") == 0) {
        out->columns[0] = integers(all->zero_or_one + from, NULL, length);
        out->columns[1] = integers(all->observed + from, NULL, length);
        cxm_batch_predictions(&out->batch, &out->columns[0], &out->columns[1], NULL, NULL);
    } else {
        fprintf(stderr, "there is no generator for the batch shape %s\n", all->shape);
        exit(1);
    }
    return &out->batch;
}

/* Fills rows for a calculator; finds out how many item columns it wants. */
static inline void fill_rows(rows *all, const cxm_calculator *calculator, const char *shape,
                             uint64_t seed) {
    cxm_error err = CXM_ERROR_INIT;
    part probe;
    CHECK(strlen(shape) < sizeof all->shape);
    strcpy(all->shape, shape);
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < MAX_ITEMS; i++) {
            uint32_t random = next_random(&seed);
            all->rating[i][row] = (int64_t)(random % 12);
            all->present[i][row] = (random >> 16) % 10 != 0;
        }
        all->invited_at[row] = (int64_t)next_random(&seed) * 1000000;
        int64_t seconds = (int64_t)(next_random(&seed) % 2000000);
        all->answered_at[row] = all->invited_at[row] + seconds * 1000000;
        all->customer[row] = (int64_t)(next_random(&seed) % 40);
        all->history[0][row] = all->rating[0][row] % 4;
        all->history[1][row] = all->history[0][row] > 0 ? all->rating[1][row] % 3 + 1 : 0;
        all->history[2][row] = all->history[1][row] + all->rating[2][row] % 3;
        all->observed[row] = all->customer[row] % 2;
        all->unobserved[row] = 1 - all->observed[row];
        all->ends[row] = all->invited_at[row] + (all->history[2][row] + 1) * INT64_C(86400000000);
        all->amounts[row] = all->history[0][row] * 100;
        all->zero_or_one[row] = all->rating[0][row] % 2;
    }
    all->no_costs = 0;
    if (strcmp(shape, "transactions") == 0) {
        const cxm_batch *empty = part_of(all, 0, 0, &probe);
        all->no_costs = cxm_calculator_check(calculator, empty, &err) != CXM_STATUS_OK;
    }
    if (strcmp(shape, "items") == 0) {
        for (all->items = 1; all->items < MAX_ITEMS; all->items++) {
            const cxm_batch *empty = part_of(all, 0, 0, &probe);
            if (cxm_calculator_check(calculator, empty, &err) == CXM_STATUS_OK) {
                break;
            }
        }
        CHECK(all->items < MAX_ITEMS);
    }
}

#endif
