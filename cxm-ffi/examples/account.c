/*
 * The account page of a customer: how far the relationship has come, the last contact of each
 * channel, what is open, the scores so far, and figures of models attached.
 *
 *   cc -std=c99 account.c $(pkg-config --cflags --libs cxm) -o account && ./account
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cxm.h"

#define Z CXM_NUL_TERMINATED
#define DAY INT64_C(86400000000)
#define ROWS 6

static void must(cxm_status status, const cxm_error *err) {
    if (status != CXM_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", cxm_status_name(status), err->message);
        if (err->field[0] != '\0') fprintf(stderr, "field %s\n", err->field);
        if (err->row != UINT64_MAX) fprintf(stderr, "row %" PRIu64 "\n", err->row);
        exit(1);
    }
}

/* What the log of contacts holds: one array a column, an empty channel or a NaN where there is none. */
static void fill(cxm_calculator *journeys) {
    static const int64_t customers[ROWS] = {7, 7, 7, 8, 7, 7};
    static const cxm_text touchpoints[ROWS] = {{"advert", Z}, {"shop", Z}, {"order", Z},
                                               {"shop", Z},   {"call", Z}, {"shop", Z}};
    static const cxm_text channels[ROWS] = {{"mail", Z},  {"web", Z},   {"web", Z},
                                            {"store", Z}, {"phone", Z}, {"web", Z}};
    static const int64_t times[ROWS] = {0, 1 * DAY, 2 * DAY, 2 * DAY, 9 * DAY, 40 * DAY};
    const double scores[ROWS] = {NAN, NAN, 9.0, 10.0, 4.0, 6.0};
    const double cents[ROWS] = {NAN, NAN, 4990.0, NAN, NAN, NAN};
    cxm_key_column who = CXM_KEY_COLUMN(CXM_TYPE_I64, customers, ROWS);
    cxm_key_column where = CXM_KEY_COLUMN(CXM_TYPE_TEXT, touchpoints, ROWS);
    cxm_key_column by = CXM_KEY_COLUMN(CXM_TYPE_TEXT, channels, ROWS);
    cxm_column when = CXM_COLUMN(CXM_TYPE_I64, times, ROWS);
    cxm_column answered = CXM_COLUMN(CXM_TYPE_F64, scores, ROWS);
    cxm_column worth = CXM_COLUMN(CXM_TYPE_F64, cents, ROWS);
    cxm_error err = CXM_ERROR_INIT;
    cxm_batch batch;
    cxm_batch_events(&batch, &who, &where, &when, NULL, &by, &answered, &worth, NULL, NULL);
    must(cxm_calculator_update(journeys, &batch, &err), &err);
}

/* "prefix[index].name" */
static const char *path(char *room, size_t bytes, const char *list, size_t index, const char *name) {
    snprintf(room, bytes, "%s[%" PRIu64 "].%s", list, (uint64_t)index, name);
    return room;
}

static void print_text(const cxm_report *report, const char *where) {
    cxm_error err = CXM_ERROR_INIT;
    const char *text = NULL;
    size_t length = 0;
    must(cxm_report_text(report, where, Z, &text, &length, &err), &err);
    /* Lent, without a zero byte at its end; NULL where there is none. */
    printf("%.*s", (int)length, text == NULL ? "" : text);
}

/* A figure that there may not be: a mean without scores is no 0. */
static void print_number(const cxm_report *report, const char *where, const char *name) {
    cxm_error err = CXM_ERROR_INIT;
    double number = 0.0;
    int32_t has_value = 0;
    must(cxm_report_number(report, where, Z, &number, &has_value, &err), &err);
    if (has_value) {
        printf("%s %.2f", name, number);
    } else {
        printf("%s -", name);
    }
}

static size_t rows(const cxm_report *report, const char *list) {
    cxm_error err = CXM_ERROR_INIT;
    size_t length = 0;
    must(cxm_report_length(report, list, Z, &length, &err), &err);
    return length;
}

static double days(const cxm_report *report, const char *where) {
    cxm_error err = CXM_ERROR_INIT;
    double microseconds = 0.0;
    must(cxm_report_number(report, where, Z, &microseconds, NULL, &err), &err);
    return microseconds / (double)DAY;
}

static void print_account(const cxm_report *account) {
    char room[80];
    print_text(account, "lifecycle");
    print_number(account, "value", ", cents so far");
    print_number(account, "scores.mean", ", mean score");
    print_number(account, "score_trend.slope", ", a day");
    printf("\n");
    for (size_t i = 0; i < rows(account, "channels"); i++) {
        printf("last on ");
        print_text(account, path(room, sizeof room, "channels", i, "channel"));
        printf(": day %.0f, ", days(account, path(room, sizeof room, "channels", i, "last_contact.time")));
        print_text(account, path(room, sizeof room, "channels", i, "last_contact.touchpoint"));
        printf("\n");
    }
    for (size_t i = 0; i < rows(account, "open_journeys"); i++) {
        printf("open since day %.0f\n",
               days(account, path(room, sizeof room, "open_journeys", i, "first_time")));
    }
    for (size_t i = 0; i < rows(account, "score_history"); i++) {
        printf("day %.0f, ", days(account, path(room, sizeof room, "score_history", i, "time")));
        print_number(account, path(room, sizeof room, "score_history", i, "score"), "score");
        printf("\n");
    }
    print_number(account, "lifetime_value.value", "worth");
    print_number(account, "churn_risk.value", ", lost with");
    printf("\n");
}

int main(void) {
    static const char *const definition =
        "{\"gap\": 604800000000, \"goal\": [\"order\"]}"; /* a journey ends with seven days' rest */
    static const char *const question =
        "{\"customer\": 7, \"at\": \"1970-02-11\","
        " \"lifetime_value\": {\"value\": 120.5, \"source\": \"bg_nbd and gamma_gamma\"},"
        " \"churn_risk\": {\"value\": 0.31, \"lower\": 0.22, \"upper\": 0.42, \"level\": 0.95,"
        " \"source\": \"bg_nbd\"}}";
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *journeys = NULL;
    cxm_report *account = NULL;
    must(cxm_calculator_new("journeys", Z, definition, Z, &journeys, &err), &err);
    fill(journeys);
    must(cxm_calculator_ask(journeys, "customer", Z, question, Z, &account, &err), &err);
    print_account(account);
    cxm_report_free(account);
    cxm_calculator_free(journeys);
    return 0;
}
