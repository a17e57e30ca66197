/*
 * Who subscribes from when to when: the churn rate of a month with its interval, by two published
 * definitions, and what became of the recurring revenue.
 *
 *   cc -std=c99 churn.c $(pkg-config --cflags --libs cxm) -o churn && ./churn
 */
#include <stdio.h>
#include <stdlib.h>

#include "cxm.h"

#define DAY INT64_C(86400000000)
/* Days since 1970-01-01 of 2024-01-01. */
#define NEW_YEAR INT64_C(19723)

enum { ROWS = 6 };

static void must(cxm_status status, const cxm_error *err) {
    if (status != CXM_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", cxm_status_name(status), err->message);
        exit(1);
    }
}

/* A number of an answer; a churn rate without customers is none, and not 0. */
static void print_number(const cxm_report *answer, const char *path) {
    cxm_error err = CXM_ERROR_INIT;
    double number = 0.0;
    int32_t there = 0;
    must(cxm_report_number(answer, path, CXM_NUL_TERMINATED, &number, &there, &err), &err);
    if (there) {
        printf("  %-22s %10.4f\n", path, number);
    } else {
        printf("  %-22s %10s\n", path, "none");
    }
}

static void ask(const cxm_calculator *ledger, const char *question, const char *arguments,
                const char *const *paths, size_t length) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *answer = NULL;
    must(cxm_calculator_ask(ledger, question, CXM_NUL_TERMINATED, arguments, CXM_NUL_TERMINATED,
                            &answer, &err),
         &err);
    printf("%s %s\n", question, arguments);
    for (size_t i = 0; i < length; i++) {
        print_number(answer, paths[i]);
    }
    cxm_report_free(answer);
}

int main(void) {
    /* Dora pays more from February on; her spans touch, so nobody has left. */
    static const cxm_text customers[ROWS] = {{"ann", 3},  {"bob", 3},  {"cid", 3},
                                             {"dora", 4}, {"dora", 4}, {"eve", 3}};
    static const int64_t starts[ROWS] = {(NEW_YEAR)*DAY,      (NEW_YEAR + 3) * DAY,
                                         (NEW_YEAR + 8) * DAY, (NEW_YEAR + 9) * DAY,
                                         (NEW_YEAR + 40) * DAY, (NEW_YEAR + 36) * DAY};
    static const int64_t ends[ROWS] = {0, (NEW_YEAR + 45) * DAY, (NEW_YEAR + 50) * DAY,
                                       (NEW_YEAR + 40) * DAY, 0, 0};
    static const uint8_t ended[ROWS] = {0, 1, 1, 1, 0, 0};
    static const int64_t cents[ROWS] = {4900, 4900, 9900, 4900, 9900, 4900};
    static const cxm_text causes[ROWS] = {{"", 0}, {"voluntary", 9}, {"involuntary", 11},
                                          {"", 0}, {"", 0},          {"", 0}};
    static const uint8_t said[ROWS] = {0, 1, 1, 0, 0, 0};
    static const char *const rate[] = {"rate", "interval.lower", "interval.upper",
                                       "by_cause.voluntary.rate", "by_cause.involuntary.rate"};
    static const char *const money[] = {"gross",           "net",
                                        "movements.start", "movements.expansion",
                                        "movements.churn", "movements.end"};
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *ledger = NULL;
    cxm_batch batch;
    cxm_key_column who = CXM_KEY_COLUMN(CXM_TYPE_TEXT, customers, ROWS);
    cxm_key_column why = CXM_KEY_COLUMN(CXM_TYPE_TEXT, causes, ROWS);
    cxm_column from = CXM_COLUMN(CXM_TYPE_I64, starts, ROWS);
    cxm_column to = CXM_COLUMN(CXM_TYPE_I64, ends, ROWS);
    cxm_column paid = CXM_COLUMN(CXM_TYPE_I64, cents, ROWS);
    to.validity = ended;
    to.validity_layout = CXM_VALIDITY_BYTES;
    why.validity = said;
    why.validity_layout = CXM_VALIDITY_BYTES;

    must(cxm_calculator_new("subscriptions", CXM_NUL_TERMINATED, NULL, 0, &ledger, &err), &err);
    cxm_batch_spans(&batch, &who, &from, &to, NULL, &paid, NULL, &why, NULL);
    must(cxm_calculator_update(ledger, &batch, &err), &err);

    ask(ledger, "churn_rate", "{\"start\": \"2024-02-01\", \"end\": \"2024-03-01\"}", rate, 5);
    ask(ledger, "churn_rate",
        "{\"start\": \"2024-02-01\", \"months\": 1, \"definition\": \"person_time\"}", rate, 3);
    ask(ledger, "revenue_retention", "{\"start\": \"2024-02-01\", \"months\": 1}", money, 6);
    cxm_calculator_free(ledger);
    return 0;
}
