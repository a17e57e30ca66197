/* What a program can do wrong: NULL, wrong handles, damaged bytes, unknown names, hostile
   numbers. */
#include <math.h>

#include "check.h"

static const char *const NAN_TEXT = "\xff\xfe";

/* A batch, checked against a state that must not move. */
static cxm_calculator *target;
static bytes before;

static void unmoved(void) {
    bytes now = state_of(target);
    CHECK(now.length == before.length && memcmp(now.data, before.data, now.length) == 0);
    free(now.data);
}

static void nulls(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *made = NULL;
    cxm_keyed *table = NULL;
    cxm_report *report = NULL;
    double number = 0.0;
    uint64_t count = 0;
    int32_t flag = 0;
    size_t size = 0;
    const char *text = NULL;
    cxm_interval interval = CXM_INTERVAL_INIT;
    cxm_key key = CXM_KEY_INIT;
    const cxm_status null = CXM_STATUS_NULL_POINTER;

    GIVES(null, cxm_calculator_new(NULL, 3, NULL, 0, &made, &err));
    GIVES(null, cxm_calculator_new(NULL, Z, NULL, 0, &made, &err));
    GIVES(null, cxm_calculator_new("nps", Z, NULL, 0, NULL, &err));
    GIVES(null, cxm_calculator_from_bytes(NULL, 5, &made, &err));
    GIVES(null, cxm_calculator_clone(NULL, &made, &err));
    GIVES(null, cxm_calculator_clone(target, NULL, &err));
    GIVES(null, cxm_calculator_update(NULL, NULL, &err));
    GIVES(null, cxm_calculator_update(target, NULL, &err));
    GIVES(null, cxm_calculator_retract(target, NULL, &err));
    GIVES(null, cxm_calculator_check(target, NULL, &err));
    GIVES(null, cxm_calculator_update_rating(NULL, 5, &err));
    GIVES(null, cxm_calculator_update_u8(NULL, NULL, 0, &err));
    GIVES(null, cxm_calculator_update_u8(target, NULL, 1, &err));
    GIVES(null, cxm_calculator_update_i64(target, NULL, 1, &err));
    GIVES(null, cxm_calculator_update_f64(target, NULL, 1, &err));
    GIVES(null, cxm_calculator_flush(NULL, &err));
    GIVES(null, cxm_calculator_merge(NULL, target, &err));
    GIVES(null, cxm_calculator_merge(NULL, NULL, &err));
    GIVES(null, cxm_calculator_merge(target, NULL, &err));
    GIVES(null, cxm_calculator_subtract(target, NULL, &err));
    GIVES(null, cxm_calculator_equal(target, NULL, &flag, &err));
    GIVES(null, cxm_calculator_equal(target, target, NULL, &err));
    GIVES(null, cxm_calculator_name(target, NULL, &size, &err));
    GIVES(null, cxm_calculator_name(target, &text, NULL, &err));
    GIVES(null, cxm_calculator_observations(target, NULL, &err));
    GIVES(null, cxm_calculator_score(target, NULL, &flag, &err));
    GIVES(null, cxm_calculator_interval(target, 0.9, NULL, 0, NULL, &flag, &err));
    GIVES(null, cxm_calculator_confidence_sequence(NULL, 0.9, NULL, 0, &interval, &flag, &err));
    GIVES(null, cxm_calculator_value(target, NULL, &err));
    GIVES(null, cxm_calculator_ask(target, NULL, 4, NULL, 0, &report, &err));
    GIVES(null, cxm_calculator_ask(target, "interval", Z, NULL, 0, NULL, &err));
    GIVES(null, cxm_calculator_compare(target, NULL, NULL, 0, &report, &err));
    GIVES(null, cxm_calculator_definition(NULL, &report, &err));
    GIVES(null, cxm_calculator_to_bytes(target, NULL, 0, NULL, &err));
    GIVES(null, cxm_keyed_new("nps", Z, NULL, 0, NULL, 0, NULL, &err));
    GIVES(null, cxm_keyed_from_bytes(NULL, 1, &table, &err));
    GIVES(null, cxm_keyed_clone(NULL, &table, &err));
    GIVES(null, cxm_keyed_update(NULL, NULL, 0, NULL, &err));
    GIVES(null, cxm_keyed_retract(NULL, NULL, 0, NULL, &err));
    GIVES(null, cxm_keyed_check(NULL, NULL, 0, NULL, &err));
    GIVES(null, cxm_keyed_merge(NULL, NULL, &err));
    GIVES(null, cxm_keyed_equal(NULL, NULL, &flag, &err));
    GIVES(null, cxm_keyed_length(NULL, &size, &err));
    GIVES(null, cxm_keyed_observations(NULL, &count, &err));
    GIVES(null, cxm_keyed_key(NULL, 0, 0, &key, &err));
    GIVES(null, cxm_keyed_key_text(NULL, 0, NULL, 0, &size, &err));
    GIVES(null, cxm_keyed_group(NULL, 0, &made, &err));
    GIVES(null, cxm_keyed_find(NULL, &key, 1, &made, &err));
    GIVES(null, cxm_keyed_total(NULL, &made, &err));
    GIVES(null, cxm_keyed_other(NULL, &made, &err));
    GIVES(null, cxm_keyed_table(NULL, NULL, 0, &report, &err));
    GIVES(null, cxm_keyed_definition(NULL, &report, &err));
    GIVES(null, cxm_keyed_to_bytes(NULL, NULL, 0, &size, &err));
    GIVES(null, cxm_catalogue(NULL, &err));
    GIVES(null, cxm_call(NULL, 1, NULL, 0, &report, &err));
    GIVES(null, cxm_report_type(NULL, "", 0, &flag, &err));
    GIVES(null, cxm_report_number(NULL, "", 0, &number, &flag, &err));
    GIVES(null, cxm_report_count(NULL, "", 0, &count, &flag, &err));
    GIVES(null, cxm_report_bool(NULL, "", 0, &flag, NULL, &err));
    GIVES(null, cxm_report_text(NULL, "", 0, &text, &size, &err));
    GIVES(null, cxm_report_length(NULL, "", 0, &size, &err));
    GIVES(null, cxm_report_field(NULL, "", 0, 0, &text, &size, &err));
    GIVES(null, cxm_report_json(NULL, NULL, 0, &size, &err));
    cxm_calculator_free(NULL);
    cxm_keyed_free(NULL);
    cxm_report_free(NULL);
    cxm_error_init(NULL, 0);
    cxm_batch_ratings(NULL, NULL, NULL, NULL);
    CHECK(made == NULL && table == NULL && report == NULL);

    /* Without an error the status is the same. */
    CHECK(cxm_calculator_update(target, NULL, NULL) == null);
    CHECK(cxm_calculator_update_rating(NULL, 5, NULL) == null);

    /* Batches of NULL columns. */
    cxm_batch batch;
    cxm_batch_ratings(&batch, NULL, NULL, NULL);
    GIVES(null, cxm_calculator_update(target, &batch, &err));
    cxm_batch_items(&batch, NULL, 3);
    GIVES(null, cxm_calculator_update(target, &batch, &err));
    cxm_batch_invitations(&batch, NULL, NULL);
    GIVES(null, cxm_calculator_update(target, &batch, &err));
    cxm_batch_answers(&batch, NULL, NULL, NULL, NULL);
    GIVES(null, cxm_calculator_update(target, &batch, &err));
    cxm_batch_spans(&batch, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    GIVES(null, cxm_calculator_update(target, &batch, &err));
    cxm_batch_spans(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    memset(&batch, 0x5a, sizeof batch);
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_calculator_update(target, &batch, &err));
    unmoved();
}

static void handles(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_keyed *table = NULL;
    cxm_report *report = NULL;
    double score = 0.0;
    size_t size = 0;
    uint64_t zeros[64] = {0};
    OK(cxm_keyed_new("nps", Z, "{\"by\": [\"wave\"]}", Z, NULL, 0, &table, &err));
    OK(cxm_calculator_value(target, &report, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE,
          cxm_calculator_score((cxm_calculator *)(void *)table, &score, NULL, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE,
          cxm_calculator_update_rating((cxm_calculator *)(void *)report, 9, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE, cxm_keyed_length((cxm_keyed *)(void *)target, &size, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE,
          cxm_report_length((cxm_report *)(void *)target, "", 0, &size, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE,
          cxm_calculator_merge(target, (cxm_calculator *)(void *)table, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE,
          cxm_calculator_score((cxm_calculator *)(void *)zeros, &score, NULL, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE,
          cxm_calculator_score((cxm_calculator *)(void *)((char *)zeros + 1), &score, NULL, &err));
    cxm_calculator_free((cxm_calculator *)(void *)table); /* left alone */
    cxm_report_free((cxm_report *)(void *)table);
    OK(cxm_keyed_length(table, &size, &err));
    CHECK(size == 0);
    cxm_keyed_free(table);
    cxm_report_free(report);
    unmoved();
}

/* Every reader of a table, with a handle that is none and with places that are missing. */
static void tables(void) {
    cxm_error err = CXM_ERROR_INIT;
    const int64_t who[] = {4, 9};
    const int64_t days[] = {0, 0};
    const double paid[] = {1, 2};
    cxm_calculator *log = make("customer_summaries", NULL);
    cxm_column times = CXM_COLUMN(CXM_TYPE_I64, days, 2);
    cxm_column amounts = CXM_COLUMN(CXM_TYPE_F64, paid, 2);
    cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_I64, who, 2);
    cxm_batch batch;
    cxm_table *table = NULL;
    cxm_report *report = NULL;
    cxm_key key = CXM_KEY_INIT;
    const char *text = NULL;
    double numbers[2];
    int64_t integers[2];
    uint64_t counts[2], freed[64] = {0xdeadc0dedeadc0deULL};
    size_t size = 0, ends[2], written = 0;
    int32_t type = 0;
    char words[16];
    const cxm_status null = CXM_STATUS_NULL_POINTER, wrong = CXM_STATUS_WRONG_HANDLE;
    const char *until = "{\"until\": \"1970-01-08\"}";

    cxm_batch_transactions(&batch, &keys, &times, &amounts, NULL, NULL);
    OK(cxm_calculator_update(log, &batch, &err));
    OK(cxm_calculator_tabulate(log, "summaries", Z, until, Z, &table, &err));
    OK(cxm_calculator_value(log, &report, &err));
    const cxm_table *const others[] = {NULL, (cxm_table *)(void *)report,
                                       (cxm_table *)(void *)freed};
    for (size_t place = 0; place < 3; place++) {
        const cxm_table *other = others[place];
        const cxm_status bad = other == NULL ? null : wrong;
        GIVES(bad, cxm_table_rows(other, &size, &err));
        GIVES(bad, cxm_table_columns(other, &size, &err));
        GIVES(bad, cxm_table_find(other, "age", Z, &size, &err));
        GIVES(bad, cxm_table_name(other, 0, &text, &size, &err));
        GIVES(bad, cxm_table_type(other, 0, &type, &err));
        GIVES(bad, cxm_table_integers(other, 0, integers, NULL, 2, &err));
        GIVES(bad, cxm_table_counts(other, 0, counts, NULL, 2, &err));
        GIVES(bad, cxm_table_floats(other, 0, numbers, NULL, 2, &err));
        GIVES(bad, cxm_table_key(other, 0, 0, &key, &err));
        GIVES(bad, cxm_table_texts(other, 0, ends, 2, words, sizeof words, &written, &err));
        cxm_model *made = NULL;
        GIVES(bad, cxm_model_fit_table("bg_nbd", Z, other, NULL, 0, &made, &err));
        CHECK(made == NULL);
    }
    GIVES(null, cxm_calculator_tabulate(NULL, "summaries", Z, until, Z, &table, &err));
    GIVES(null, cxm_calculator_tabulate(log, NULL, 3, until, Z, &table, &err));
    GIVES(null, cxm_calculator_tabulate(log, "summaries", Z, until, Z, NULL, &err));
    GIVES(null, cxm_table_rows(table, NULL, &err));
    GIVES(null, cxm_table_columns(table, NULL, &err));
    GIVES(null, cxm_table_find(table, NULL, 3, &size, &err));
    GIVES(null, cxm_table_find(table, "age", Z, NULL, &err));
    GIVES(null, cxm_table_name(table, 0, NULL, &size, &err));
    GIVES(null, cxm_table_name(table, 0, &text, NULL, &err));
    GIVES(null, cxm_table_type(table, 0, NULL, &err));
    OK(cxm_table_find(table, "age", Z, &size, &err));
    GIVES(null, cxm_table_floats(table, size, NULL, NULL, 2, &err));
    OK(cxm_table_find(table, "frequency", Z, &size, &err));
    GIVES(null, cxm_table_counts(table, size, NULL, NULL, 2, &err));
    GIVES(null, cxm_table_key(table, 0, 0, NULL, &err));
    GIVES(null, cxm_table_texts(table, 0, NULL, 0, words, sizeof words, NULL, &err));
    GIVES(CXM_STATUS_BUFFER_TOO_SMALL, cxm_table_counts(table, size, counts, NULL, 1, &err));
    GIVES(CXM_STATUS_WRONG_TYPE, cxm_table_texts(table, size, ends, 2, words, sizeof words,
                                                 &written, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_table_find(table, "colour", Z, &size, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_calculator_tabulate(log, "profits", Z, until, Z, &table, &err));
    cxm_table_free(NULL);
    cxm_table_free((cxm_table *)(void *)report); /* left alone */
    cxm_table_free((cxm_table *)(void *)freed);
    OK(cxm_report_length(report, "", 0, &size, &err));
    OK(cxm_table_rows(table, &size, &err));
    CHECK(size == 2);
    cxm_report_free(report);
    cxm_table_free(table);
    cxm_calculator_free(log);
}

static void names_and_texts(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *made = NULL;
    cxm_keyed *table = NULL;
    cxm_report *report = NULL;
    GIVES(CXM_STATUS_NOT_FOUND, cxm_calculator_new("npss", Z, NULL, 0, &made, &err));
    CHECK(strstr(err.message, "nps") != NULL && err.row == UINT64_MAX);
    GIVES(CXM_STATUS_NOT_FOUND, cxm_calculator_new("nps\0x", 5, NULL, 0, &made, &err));
    GIVES(CXM_STATUS_INVALID_UTF8, cxm_calculator_new(NAN_TEXT, 2, NULL, 0, &made, &err));
    GIVES(CXM_STATUS_INVALID_JSON, cxm_calculator_new("nps", Z, "{", Z, &made, &err));
    GIVES(CXM_STATUS_INVALID_JSON, cxm_calculator_new("nps", Z, "", 0, &made, &err));
    GIVES(CXM_STATUS_NOT_FOUND,
          cxm_calculator_new("nps", Z, "{\"preset\": \"mine\"}", Z, &made, &err));
    GIVES(CXM_STATUS_INVALID_DEFINITION,
          cxm_calculator_new("nps", Z, "{\"promoters\": 3}", Z, &made, &err));
    CHECK(strstr(err.message, "promoter_min") != NULL);
    GIVES(CXM_STATUS_INVALID_DEFINITION,
          cxm_calculator_new("nps", Z, "{\"promoter_min\": 3}", Z, &made, &err));
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_calculator_new("nps", Z, "[1]", Z, &made, &err));
    static char deep[200001];
    memset(deep, '[', sizeof deep - 1);
    GIVES(CXM_STATUS_INVALID_JSON, cxm_calculator_new("nps", Z, deep, Z, &made, &err));
    GIVES(CXM_STATUS_INVALID_DEFINITION, cxm_keyed_new("nps", Z, NULL, 0, NULL, 0, &table, &err));
    GIVES(CXM_STATUS_INVALID_DEFINITION,
          cxm_keyed_new("nps", Z, "{\"by\": []}", Z, NULL, 0, &table, &err));
    GIVES(CXM_STATUS_INVALID_DEFINITION,
          cxm_keyed_new("nps", Z, "{\"by\": [\"a\"], \"x\": 1}", Z, NULL, 0, &table, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_calculator_ask(target, "weather", Z, NULL, 0, &report, &err));
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_calculator_ask(target, "interval", Z, "{\"levle\": 0.9}", Z, &report, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_call("weather", Z, NULL, 0, &report, &err));
    CHECK(made == NULL && table == NULL && report == NULL);
    CHECK(strcmp(cxm_status_name(4), "wrong_batch") == 0);
    CHECK(strcmp(cxm_status_name(-99), "unknown") == 0);
    CHECK(strcmp(cxm_version_string(), CXM_VERSION) == 0);
    CHECK(cxm_abi_version() == CXM_ABI_VERSION);
}

static void numbers(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_interval interval = CXM_INTERVAL_INIT;
    const double levels[] = {0.0, 1.0, 95.0, -0.5, HUGE_VAL, -HUGE_VAL, 0.0 / 0.0 * 1.0};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        interval.lower = 77.0;
        GIVES(CXM_STATUS_INVALID_ARGUMENT,
              cxm_calculator_interval(target, levels[i], NULL, 0, &interval, NULL, &err));
        CHECK(interval.lower == 77.0);
    }
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_calculator_interval(target, 0.95, "wilson", Z, &interval, NULL, &err));
    interval.struct_size = 3;
    GIVES(CXM_STATUS_WRONG_STRUCT_SIZE,
          cxm_calculator_interval(target, 0.95, NULL, 0, &interval, NULL, &err));

    /* Extreme ratings are counted apart, or refused with their row under a strict rule. */
    const int64_t extremes[] = {9, INT64_MIN, INT64_MAX, -1, 11};
    const double hostile[] = {9.0, HUGE_VAL, -HUGE_VAL, 1e300, 7.5, -0.0, 5e-324};
    cxm_calculator *lenient = make("nps", NULL), *strict = make("nps", "{\"invalid\": \"error\"}");
    cxm_report *report = NULL;
    uint64_t count = 0;
    OK(cxm_calculator_update_i64(lenient, extremes, 5, &err));
    OK(cxm_calculator_update_f64(lenient, hostile, 7, &err));
    OK(cxm_calculator_value(lenient, &report, &err));
    OK(cxm_report_count(report, "responses", Z, &count, NULL, &err));
    CHECK(count == 3);
    OK(cxm_report_count(report, "invalid", Z, &count, NULL, &err));
    CHECK(count == 9);
    cxm_report_free(report);
    bytes empty = state_of(strict);
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update_i64(strict, extremes, 5, &err));
    CHECK(err.row == 1 && strlen(err.message) > 0);
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update_f64(strict, hostile, 7, &err));
    CHECK(err.row == 1);
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update_rating(strict, 11, &err));
    bytes after = state_of(strict);
    CHECK(empty.length == after.length && memcmp(empty.data, after.data, empty.length) == 0);
    free(empty.data);
    free(after.data);
    cxm_calculator_free(lenient);
    cxm_calculator_free(strict);
}

static void columns(void) {
    cxm_error err = CXM_ERROR_INIT;
    const uint8_t data[] = {9, 10, 3};
    const uint8_t valid[] = {1, 0, 1};
    cxm_batch batch;
    cxm_column column = CXM_COLUMN(CXM_TYPE_U8, data, 3);
    cxm_batch_ratings(&batch, &column, NULL, NULL);
    column.struct_size = 1;
    GIVES(CXM_STATUS_WRONG_STRUCT_SIZE, cxm_calculator_update(target, &batch, &err));
    column.struct_size = sizeof column;
    column.type = 99;
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_calculator_update(target, &batch, &err));
    column.type = CXM_TYPE_F64;
    column.data = (const char *)data + 1;
    GIVES(CXM_STATUS_BAD_MEMORY, cxm_calculator_update(target, &batch, &err));
    column.data = data;
    column.type = CXM_TYPE_U8;
    column.length = SIZE_MAX;
    GIVES(CXM_STATUS_BAD_MEMORY, cxm_calculator_update(target, &batch, &err));
    column.length = 3;
    column.validity_layout = CXM_VALIDITY_BITS;
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update(target, &batch, &err));
    column.validity = valid;
    column.validity_offset = SIZE_MAX;
    GIVES(CXM_STATUS_BAD_MEMORY, (column.validity_layout = CXM_VALIDITY_BYTES,
                                  cxm_calculator_update(target, &batch, &err)));
    column.validity_layout = 17;
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_calculator_update(target, &batch, &err));

    /* Weights where none are declared, and of an unequal length where they are. */
    const double weights[] = {1.0, 2.0};
    cxm_column heavy = CXM_COLUMN(CXM_TYPE_F64, weights, 2);
    column.validity_layout = CXM_VALIDITY_NONE;
    cxm_batch_ratings(&batch, &column, &heavy, NULL);
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_calculator_update(target, &batch, &err));
    cxm_calculator *weighted = make("nps", "{\"weighted\": true}");
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_calculator_update(weighted, &batch, &err));
    cxm_calculator_free(weighted);

    /* Codes outside their dictionary; texts that are not UTF-8; unequal lengths. */
    const uint32_t codes[] = {0, 1, 7};
    const cxm_text texts[] = {{"gold", 4}, {"blue", Z}};
    const cxm_text broken[] = {{"gold", 4}, {NAN_TEXT, 2}, {NULL, 3}};
    cxm_key_column dictionary = CXM_KEY_COLUMN(CXM_TYPE_TEXT, texts, 2);
    cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_CODES, codes, 3);
    cxm_keyed *table = NULL;
    size_t groups = 0;
    keys.dictionary = &dictionary;
    OK(cxm_keyed_new("nps", Z, "{\"by\": [\"segment\"]}", Z, NULL, 0, &table, &err));
    cxm_batch_ratings(&batch, &column, NULL, NULL);
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_keyed_update(table, &keys, 1, &batch, &err));
    CHECK(err.row == 2);
    cxm_key_column unreadable = CXM_KEY_COLUMN(CXM_TYPE_TEXT, broken, 3);
    GIVES(CXM_STATUS_INVALID_UTF8, cxm_keyed_update(table, &unreadable, 1, &batch, &err));
    keys.length = 2;
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_keyed_update(table, &keys, 1, &batch, &err));
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_keyed_update(table, &keys, 0, &batch, &err));
    keys.type = CXM_TYPE_U8;
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_keyed_update(table, &keys, 1, &batch, &err));
    OK(cxm_keyed_length(table, &groups, &err));
    CHECK(groups == 0);
    cxm_calculator *none = NULL;
    cxm_key key = CXM_KEY_INIT;
    GIVES(CXM_STATUS_NOT_FOUND, cxm_keyed_group(table, 0, &none, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_keyed_key(table, 0, 0, &key, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_keyed_find(table, &key, 1, &none, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_keyed_other(table, &none, &err));
    key.type = 55;
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_keyed_find(table, &key, 1, &none, &err));
    CHECK(none == NULL);
    cxm_keyed_free(table);
    unmoved();
}

/* Spans that cannot be, and questions about them that have no answer. */
static void spans(void) {
    cxm_error err = CXM_ERROR_INIT;
    const int64_t who[] = {1, 2, 2}, starts[] = {0, 0, 5};
    int64_t ends[] = {9, 4, 8};
    const uint8_t ended[] = {1, 1, 0};
    const double cents[] = {100.0, 200.0, 0.5};
    const cxm_text money[] = {{"EUR", 3}, {"EUR", 3}, {"USD", 3}};
    cxm_calculator *ledger = make("subscriptions", NULL);
    cxm_report *report = NULL;
    cxm_batch batch;
    cxm_key_column customers = CXM_KEY_COLUMN(CXM_TYPE_I64, who, 3);
    cxm_key_column same = CXM_KEY_COLUMN(CXM_TYPE_I64, starts, 3);
    cxm_key_column currencies = CXM_KEY_COLUMN(CXM_TYPE_TEXT, money, 3);
    cxm_column from = CXM_COLUMN(CXM_TYPE_I64, starts, 3), to = CXM_COLUMN(CXM_TYPE_I64, ends, 3);
    cxm_column amounts = CXM_COLUMN(CXM_TYPE_F64, cents, 3), broken = to;
    bytes empty = state_of(ledger);
    to.validity = ended;
    to.validity_layout = CXM_VALIDITY_BYTES;
    cxm_batch_spans(&batch, NULL, &from, &to, NULL, NULL, NULL, NULL, NULL);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update(ledger, &batch, &err));
    cxm_batch_spans(&batch, &customers, NULL, &to, NULL, NULL, NULL, NULL, NULL);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update(ledger, &batch, &err));
    cxm_batch_spans(&batch, &customers, &from, NULL, NULL, NULL, NULL, NULL, NULL);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update(ledger, &batch, &err));
    cxm_batch_spans(&batch, &customers, &amounts, &to, NULL, NULL, NULL, NULL, NULL);
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_calculator_update(ledger, &batch, &err));
    cxm_batch_spans(&batch, &customers, &from, &to, NULL, &amounts, NULL, NULL, NULL);
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update(ledger, &batch, &err));
    CHECK(err.row == 2 && strstr(err.message, "amounts") != NULL);
    cxm_batch_spans(&batch, &customers, &from, &to, NULL, NULL, NULL, NULL, &currencies);
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update(ledger, &batch, &err));
    CHECK(err.row == 2 && strstr(err.message, "EUR, got USD") != NULL);
    cxm_batch_spans(&batch, &customers, &from, &to, NULL, NULL, NULL, &currencies, NULL);
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update(ledger, &batch, &err));
    CHECK(err.row == 0 && strstr(err.message, "causes") != NULL);
    cxm_batch_spans(&batch, &customers, &from, &broken, &same, NULL, NULL, NULL, NULL);
    ends[1] = 7;
    OK(cxm_calculator_check(ledger, &batch, &err));
    ends[1] = 0;
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update(ledger, &batch, &err));
    CHECK(err.row == 1 && strstr(err.message, "ends") != NULL);
    broken.length = 2;
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_calculator_update(ledger, &batch, &err));
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_calculator_update(target, &batch, &err));
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_calculator_ask(ledger, "churn_rate", Z, "{\"end\": 5}", Z, &report, &err));
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_calculator_ask(ledger, "churn_rate", Z, "{\"start\": 5, \"end\": 5}", Z, &report,
                             &err));
    GIVES(CXM_STATUS_NOT_FOUND,
          cxm_calculator_ask(ledger, "churn_rate", Z,
                             "{\"start\": 5, \"end\": 6, \"definition\": \"mine\"}", Z, &report,
                             &err));
    bytes after = state_of(ledger);
    CHECK(empty.length == after.length && memcmp(empty.data, after.data, empty.length) == 0);
    free(empty.data);
    free(after.data);
    cxm_calculator_free(ledger);
    unmoved();
}

/* Answers without columns or room, and contacts that are none. */
static void answers(void) {
    static const int64_t who[] = {1, 2}, when[] = {5, 9};
    static const double said[] = {4.0, 7.0};
    const char *rule = "{\"within\": 10}";
    cxm_error err = CXM_ERROR_INIT;
    cxm_key_column customers = CXM_KEY_COLUMN(CXM_TYPE_I64, who, 2);
    cxm_column times = CXM_COLUMN(CXM_TYPE_I64, when, 2);
    cxm_column scores = CXM_COLUMN(CXM_TYPE_F64, said, 2);
    cxm_answers given = CXM_ANSWERS(&customers, &times, &scores);
    double room[2] = {-1.0, -1.0};
    int64_t rows[2] = {-7, -7};
    cxm_report *report = NULL;
    cxm_batch contacts, others;
    given.touchpoints = &customers;
    cxm_batch_events(&contacts, &customers, &customers, &times, NULL, NULL, NULL, NULL, NULL, NULL);
    cxm_batch_ratings(&others, &scores, NULL, NULL);
    const cxm_status null = CXM_STATUS_NULL_POINTER, wrong = CXM_STATUS_INVALID_ARGUMENT;
    GIVES(null, cxm_answers_join(NULL, &given, rule, Z, room, 2, rows, NULL, &report, &err));
    GIVES(null, cxm_answers_join(&contacts, NULL, rule, Z, room, 2, rows, NULL, &report, &err));
    GIVES(null, cxm_answers_join(&contacts, &given, rule, Z, NULL, 2, rows, NULL, &report, &err));
    GIVES(wrong, cxm_answers_join(&contacts, &given, NULL, 0, room, 2, rows, NULL, &report, &err));
    GIVES(wrong, cxm_answers_join(&contacts, &given, "{}", Z, room, 2, rows, NULL, &report, &err));
    GIVES(CXM_STATUS_WRONG_BATCH,
          cxm_answers_join(&others, &given, rule, Z, room, 2, rows, NULL, &report, &err));
    GIVES(CXM_STATUS_BUFFER_TOO_SMALL,
          cxm_answers_join(&contacts, &given, rule, Z, room, 1, rows, NULL, &report, &err));
    cxm_answers bare = given;
    bare.scores = NULL;
    GIVES(null, cxm_answers_join(&contacts, &bare, rule, Z, room, 2, rows, NULL, &report, &err));
    bare = given;
    bare.struct_size = 3;
    GIVES(CXM_STATUS_WRONG_STRUCT_SIZE,
          cxm_answers_join(&contacts, &bare, rule, Z, room, 2, rows, NULL, &report, &err));
    CHECK(room[0] < 0.0 && room[1] < 0.0 && rows[0] == -7 && report == NULL);
    OK(cxm_answers_join(&contacts, &given, rule, Z, room, 2, NULL, NULL, NULL, &err));
    CHECK(room[0] > 3.0 && room[1] > 6.0);
}

/* Events that are none, or that no row of the calculator is; the state stays as it is. */
static void events(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *stream = NULL;
    const cxm_event good = CXM_EVENT(CXM_KEY_OF_TEXT("ann"), CXM_KEY_OF_INTEGER(3), 5);
    const double high = 11.0;
    const int64_t none = INT64_MIN;
    OK(cxm_calculator_new("journey_stream", Z,
                          "{\"missing\": \"error\", \"invalid_scores\": \"error\"}", Z, &stream,
                          &err));
    OK(cxm_calculator_update_event(stream, &good, &err));
    bytes before_all = state_of(stream);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update_event(NULL, &good, &err));
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update_event(stream, NULL, &err));
    cxm_event bad = good;
    bad.struct_size--;
    GIVES(CXM_STATUS_WRONG_STRUCT_SIZE, cxm_calculator_update_event(stream, &bad, &err));
    bad = good;
    bad.channel.struct_size = 0;
    GIVES(CXM_STATUS_WRONG_STRUCT_SIZE, cxm_calculator_update_event(stream, &bad, &err));
    CHECK(strstr(err.message, "channel") != NULL);
    bad = good;
    bad.outcome.type = 99;
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_calculator_update_event(stream, &bad, &err));
    CHECK(strstr(err.message, "outcome") != NULL);
    bad = good;
    bad.customer.text = NULL;
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update_event(stream, &bad, &err));
    bad.customer.text = "\xff\xfe";
    GIVES(CXM_STATUS_INVALID_UTF8, cxm_calculator_update_event(stream, &bad, &err));
    bad.customer.type = CXM_KEY_MISSING;
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update_event(stream, &bad, &err));
    bad = good;
    bad.score = &high;
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update_event(stream, &bad, &err));
    CHECK(strstr(err.message, "scores") != NULL);
    bad = good;
    bad.value = &none;
    GIVES(CXM_STATUS_INVALID_OBSERVATION, cxm_calculator_update_event(stream, &bad, &err));
    bytes after = state_of(stream);
    CHECK(before_all.length == after.length &&
          memcmp(before_all.data, after.data, after.length) == 0);
    free(before_all.data);
    free(after.data);
    cxm_calculator_free(stream);
    OK(cxm_calculator_new("nps", Z, NULL, 0, &stream, &err));
    GIVES(CXM_STATUS_NOT_OFFERED, cxm_calculator_update_event(stream, &good, &err));
    cxm_calculator_free(stream);
}

/* Every truncation and every flipped bit is refused, and nothing comes out. */
static void damaged(void) {
    cxm_error err = CXM_ERROR_INIT;
    bytes state = before;
    cxm_calculator *made = NULL;
    cxm_keyed *table = NULL;
    for (size_t length = 0; length < state.length; length++) {
        uint8_t *shorter = malloc(length == 0 ? 1 : length);
        CHECK(shorter != NULL);
        memcpy(shorter, state.data, length);
        CHECK(cxm_calculator_from_bytes(shorter, length, &made, &err) != CXM_STATUS_OK);
        free(shorter);
    }
    for (size_t bit = 0; bit < state.length * 8; bit++) {
        state.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(cxm_calculator_from_bytes(state.data, state.length, &made, &err) != CXM_STATUS_OK);
        CHECK(cxm_keyed_from_bytes(state.data, state.length, &table, &err) != CXM_STATUS_OK);
        state.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    GIVES(CXM_STATUS_INCOMPATIBLE_MERGE,
          cxm_keyed_from_bytes(state.data, state.length, &table, &err));
    GIVES(CXM_STATUS_CORRUPT_STATE, cxm_calculator_from_bytes(NULL, 0, &made, &err));
    CHECK(made == NULL && table == NULL);

    uint8_t small[8];
    size_t written = 0;
    GIVES(CXM_STATUS_BUFFER_TOO_SMALL,
          cxm_calculator_to_bytes(target, small, sizeof small, &written, &err));
    CHECK(written == state.length);
}

/* Nothing is written past what the caller declared. */
static void small_errors(void) {
    struct {
        cxm_error err;
        uint8_t guard[16];
    } place;
    for (uint32_t size = 0; size <= sizeof(cxm_error); size++) {
        memset(&place, 0xa5, sizeof place);
        place.err.struct_size = size;
        CHECK(cxm_calculator_update_rating(NULL, 5, &place.err) == CXM_STATUS_NULL_POINTER);
        const uint8_t *raw = (const uint8_t *)&place;
        for (size_t i = size < 4 ? 4 : size; i < sizeof place; i++) {
            CHECK(raw[i] == 0xa5);
        }
    }
    cxm_error_init(&place.err, sizeof place.err);
    CHECK(place.err.code == 0 && place.err.row == UINT64_MAX && place.err.message[0] == '\0');
}

int main(void) {
    const uint8_t ratings[] = {10, 9, 9, 8, 7, 6, 0};
    cxm_error err = CXM_ERROR_INIT;
    target = make("nps", NULL);
    OK(cxm_calculator_update_u8(target, ratings, sizeof ratings, &err));
    before = state_of(target);
    nulls();
    handles();
    tables();
    names_and_texts();
    numbers();
    columns();
    spans();
    answers();
    events();
    damaged();
    small_errors();
    unmoved();
    free(before.data);
    cxm_calculator_free(target);
    printf("%lu checks\n", checks_made);
    return 0;
}
