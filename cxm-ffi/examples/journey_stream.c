/*
 * Journeys while they happen: one event a call, some of them late, the state stored and taken up
 * again, and what is known at any time.
 *
 *   cc -std=c99 journey_stream.c $(pkg-config --cflags --libs cxm) -o stream && ./stream
 */
#include <stdio.h>
#include <stdlib.h>

#include "cxm.h"

#define MINUTE INT64_C(60000000)

static void must(cxm_status status, const cxm_error *err) {
    if (status != CXM_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", cxm_status_name(status), err->message);
        exit(1);
    }
}

/* What a CRM does with each contact as it learns of it. */
static void take(cxm_calculator *stream, const char *customer, const char *touchpoint,
                 int64_t minute) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_event event =
        CXM_EVENT(CXM_KEY_OF_TEXT(customer), CXM_KEY_OF_TEXT(touchpoint), minute * MINUTE);
    must(cxm_calculator_update_event(stream, &event, &err), &err);
}

static void print_numbers(const cxm_calculator *stream) {
    static const char *const paths[] = {"journeys", "events", "waiting", "late"};
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *report = NULL;
    must(cxm_calculator_value(stream, &report, &err), &err);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        double number = 0.0;
        must(cxm_report_number(report, paths[i], CXM_NUL_TERMINATED, &number, NULL, &err), &err);
        printf("%s %.0f%s", paths[i], number, i + 1 < sizeof paths / sizeof *paths ? ", " : "\n");
    }
    cxm_report_free(report);
}

/* The state as bytes, and the stream that goes on from them: after a restart, on another machine. */
static cxm_calculator *taken_up_again(cxm_calculator *stream) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *again = NULL;
    size_t length = 0;
    must(cxm_calculator_to_bytes(stream, NULL, 0, &length, &err), &err);
    uint8_t *bytes = malloc(length);
    if (bytes == NULL) exit(1);
    must(cxm_calculator_to_bytes(stream, bytes, length, &length, &err), &err);
    must(cxm_calculator_from_bytes(bytes, length, &again, &err), &err);
    free(bytes);
    cxm_calculator_free(stream);
    return again;
}

int main(void) {
    /* The shop reports after the order that it led to, and the chat hours later.  */
    static const struct {
        const char *customer, *touchpoint;
        int64_t minute;
    } events[] = {{"ann", "advert", 0}, {"bob", "advert", 2}, {"ann", "order", 9},
                  {"ann", "shop", 5},   {"bob", "shop", 20},  {"bob", "order", 21},
                  {"ann", "call", 300}, {"ann", "chat", 7},   {"bob", "call", 400}};
    static const char *const definition =
        "{\"gap\": 3600000000, \"lateness\": 600000000, \"late\": \"keep\","
        " \"funnels\": [{\"name\": \"purchase\", \"steps\": [\"advert\", \"shop\", \"order\"]}]}";
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *stream = NULL;
    cxm_report *funnel = NULL;
    must(cxm_calculator_new("journey_stream", CXM_NUL_TERMINATED, definition, CXM_NUL_TERMINATED,
                            &stream, &err),
         &err);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        take(stream, events[i].customer, events[i].touchpoint, events[i].minute);
        if (i == 4) {
            print_numbers(stream);
            stream = taken_up_again(stream);
        }
    }
    must(cxm_calculator_flush(stream, &err), &err);
    print_numbers(stream);
    must(cxm_calculator_ask(stream, "funnel", CXM_NUL_TERMINATED, "{\"name\": \"purchase\"}",
                            CXM_NUL_TERMINATED, &funnel, &err),
         &err);
    printf("purchase:");
    for (unsigned step = 0; step < 3; step++) {
        char path[32];
        double reached = 0.0;
        snprintf(path, sizeof path, "reached[%u]", step);
        must(cxm_report_number(funnel, path, CXM_NUL_TERMINATED, &reached, NULL, &err), &err);
        printf(" %.0f", reached);
    }
    printf("\n");
    cxm_report_free(funnel);
    cxm_calculator_free(stream);
    return 0;
}
