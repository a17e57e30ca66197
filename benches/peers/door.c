/* cxm as a program in C uses it. */
#include "peers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxm.h"

static cxm_error err = CXM_ERROR_INIT;

static void must(cxm_status status) {
    if (status != CXM_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", cxm_status_name(status), err.message);
        exit(1);
    }
}

static cxm_calculator *new_nps(void) {
    cxm_calculator *nps = NULL;
    must(cxm_calculator_new("nps", CXM_NUL_TERMINATED, NULL, 0, &nps, &err));
    return nps;
}

static double score_and_free(cxm_calculator *nps) {
    double score = NAN;
    must(cxm_calculator_score(nps, &score, NULL, &err));
    cxm_calculator_free(nps);
    return score;
}

static double column(const peers_input *input, int32_t type, int32_t layout) {
    cxm_column ratings = CXM_COLUMN(type, input->values, input->rows);
    cxm_batch batch;
    cxm_calculator *nps = new_nps();
    ratings.validity = input->validity;
    ratings.validity_layout = layout;
    cxm_batch_ratings(&batch, &ratings, NULL, NULL);
    must(cxm_calculator_update(nps, &batch, &err));
    return score_and_free(nps);
}

static double one_by_one(const peers_input *input) {
    const int64_t *ratings = input->values;
    cxm_calculator *nps = new_nps();
    for (size_t row = 0; row < input->rows; row++) {
        must(cxm_calculator_update_rating(nps, ratings[row], &err));
    }
    return score_and_free(nps);
}

static double merges(size_t times) {
    const uint8_t ratings[] = {10, 9, 9, 8, 7, 6, 0};
    cxm_calculator *nps = new_nps(), *sum = new_nps();
    must(cxm_calculator_update_u8(nps, ratings, sizeof ratings, &err));
    for (size_t time = 0; time < times; time++) must(cxm_calculator_merge(sum, nps, &err));
    cxm_calculator_free(nps);
    return score_and_free(sum);
}

static double scores(size_t times) {
    const uint8_t ratings[] = {10, 9, 9, 8, 7, 6, 0};
    cxm_calculator *nps = new_nps();
    double score = NAN;
    must(cxm_calculator_update_u8(nps, ratings, sizeof ratings, &err));
    for (size_t time = 0; time < times; time++) must(cxm_calculator_score(nps, &score, NULL, &err));
    return score_and_free(nps);
}

static double grouped(const peers_input *input) {
    enum { NAME = 16 };
    char(*names)[NAME] = calloc(input->groups, sizeof *names);
    cxm_text *texts = calloc(input->groups, sizeof *texts);
    cxm_keyed *table = NULL;
    cxm_calculator *last = NULL;
    cxm_batch batch;
    cxm_column ratings = CXM_COLUMN(CXM_TYPE_U8, input->values, input->rows);
    cxm_key_column dictionary = CXM_KEY_COLUMN(CXM_TYPE_TEXT, texts, input->groups);
    cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_CODES, input->codes, input->rows);
    if (names == NULL || texts == NULL) exit(1);
    for (size_t group = 0; group < input->groups; group++) {
        const int length = snprintf(names[group], NAME, "segment %06u", (unsigned)group);
        texts[group].data = names[group];
        texts[group].length = (size_t)length;
    }
    keys.dictionary = &dictionary;
    must(cxm_keyed_new("nps", CXM_NUL_TERMINATED, "{\"by\": [\"segment\"]}", CXM_NUL_TERMINATED,
                       NULL, 0, &table, &err));
    cxm_batch_ratings(&batch, &ratings, NULL, NULL);
    must(cxm_keyed_update(table, &keys, 1, &batch, &err));
    must(cxm_keyed_group(table, input->groups - 1, &last, &err));
    cxm_keyed_free(table);
    free(names);
    free(texts);
    return score_and_free(last);
}

/* Customers, touchpoints and times, one column after the other, as a CRM sends them: a text for
 * the touchpoint, one event a call. */
static double events_one_by_one(const peers_input *input) {
    const int64_t *customers = input->values, *touchpoints = customers + input->rows;
    const int64_t *times = touchpoints + input->rows;
    static const char *const names[] = {"advert", "shop", "basket", "order", "delivery",
                                        "invoice", "call", "chat", "return", "review"};
    const char *definition = "{\"preset\": \"sessions_30_minutes\", \"funnels\": [{\"name\": "
                             "\"purchase\", \"steps\": [\"shop\", \"basket\", \"order\"]}]}";
    cxm_calculator *stream = NULL;
    uint64_t observations = 0;
    must(cxm_calculator_new("journey_stream", CXM_NUL_TERMINATED, definition, CXM_NUL_TERMINATED,
                            &stream, &err));
    for (size_t row = 0; row < input->rows; row++) {
        cxm_event event = CXM_EVENT(CXM_KEY_OF_INTEGER(customers[row]),
                                    CXM_KEY_OF_TEXT(names[touchpoints[row] % 10]), times[row]);
        must(cxm_calculator_update_event(stream, &event, &err));
    }
    must(cxm_calculator_observations(stream, &observations, &err));
    cxm_calculator_free(stream);
    return (double)observations;
}

double peers_c(const char *task, const peers_input *input) {
    if (!strcmp(task, "nps u8")) return column(input, CXM_TYPE_U8, CXM_VALIDITY_NONE);
    if (!strcmp(task, "nps i64")) return column(input, CXM_TYPE_I64, CXM_VALIDITY_NONE);
    if (!strcmp(task, "nps f64")) return column(input, CXM_TYPE_F64, CXM_VALIDITY_NONE);
    if (!strcmp(task, "nps u8 bits")) return column(input, CXM_TYPE_U8, CXM_VALIDITY_BITS);
    if (!strcmp(task, "nps u8 bytes")) return column(input, CXM_TYPE_U8, CXM_VALIDITY_BYTES);
    if (!strcmp(task, "nps f64 bits")) return column(input, CXM_TYPE_F64, CXM_VALIDITY_BITS);
    if (!strcmp(task, "grouped nps")) return grouped(input);
    if (!strcmp(task, "one by one")) return one_by_one(input);
    if (!strcmp(task, "events one by one")) return events_one_by_one(input);
    if (!strcmp(task, "merge")) return merges(input->rows);
    if (!strcmp(task, "value")) return scores(input->rows);
    return NAN;
}
