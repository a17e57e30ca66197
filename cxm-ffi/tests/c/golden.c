/* The golden files of the core, each case through C. Arguments: the files. */
#include "check.h"
#include "json.h"

static unsigned long failures = 0;

static void differs(const char *label, const char *path, const char *why) {
    fprintf(stderr, "%s: %s: %s\n", label, path, why);
    failures++;
}

/* Only the fields that are expected are looked at. */
static void compare(const char *label, const cxm_report *got, char *path, const json *expected,
                    double tolerance) {
    cxm_error err = CXM_ERROR_INIT;
    int32_t type = -1;
    char why[128];
    size_t end = strlen(path);
    checks_made++;
    if (cxm_report_type(got, path, Z, &type, &err) != CXM_STATUS_OK) {
        differs(label, path, err.message);
        return;
    }
    static const int32_t types[] = {CXM_VALUE_NULL, CXM_VALUE_BOOL, CXM_VALUE_NUMBER,
                                    CXM_VALUE_TEXT, CXM_VALUE_LIST, CXM_VALUE_OBJECT};
    if (type != types[expected->type]) {
        snprintf(why, sizeof why, "expected %.80s, got type %d", expected->text, (int)type);
        differs(label, path, why);
        return;
    }
    if (expected->type == JSON_NUMBER) {
        double number = 0.0;
        OK(cxm_report_number(got, path, Z, &number, NULL, &err));
        double difference = number > expected->number ? number - expected->number
                                                      : expected->number - number;
        if (!(difference <= tolerance)) {
            snprintf(why, sizeof why, "expected %.17g, got %.17g", expected->number, number);
            differs(label, path, why);
        }
    } else if (expected->type == JSON_BOOL) {
        int32_t flag = -1;
        OK(cxm_report_bool(got, path, Z, &flag, NULL, &err));
        if (flag != expected->flag) {
            differs(label, path, "the other truth");
        }
    } else if (expected->type == JSON_TEXT) {
        const char *text = NULL;
        size_t length = 0;
        OK(cxm_report_text(got, path, Z, &text, &length, &err));
        if (length != strlen(expected->string) || memcmp(text, expected->string, length) != 0) {
            snprintf(why, sizeof why, "expected %.50s, got %.*s", expected->string,
                     (int)(length < 50 ? length : 50), text);
            differs(label, path, why);
        }
    } else if (expected->type == JSON_LIST) {
        size_t length = 0, i = 0;
        OK(cxm_report_length(got, path, Z, &length, &err));
        if (length != json_count(expected)) {
            differs(label, path, "a list of another length");
            return;
        }
        for (const json *item = expected->first; item != NULL; item = item->next) {
            snprintf(path + end, 512 - end, "[%lu]", (unsigned long)i++);
            compare(label, got, path, item, tolerance);
        }
    } else if (expected->type == JSON_OBJECT) {
        for (const json *field = expected->first; field != NULL; field = field->next) {
            snprintf(path + end, 512 - end, end == 0 ? "%s" : ".%s", field->name);
            compare(label, got, path, field, tolerance);
        }
    }
    path[end] = '\0';
}

/* The outcome of a call against what the case expects: a report, or the name of an error. */
static void judge(const char *label, const json *holder, cxm_status status, const cxm_error *err,
                  cxm_report *got, double tolerance) {
    const json *expected = json_field(holder, "expected"), *error = json_field(holder, "error");
    char path[512] = "";
    if (status != CXM_STATUS_OK) {
        checks_made++;
        if (error == NULL || strcmp(error->string, cxm_status_name(status)) != 0) {
            differs(label, cxm_status_name(status), err->message);
        }
        return;
    }
    if (error != NULL) {
        differs(label, error->string, "expected, but the call succeeded");
    } else {
        compare(label, got, path, expected, tolerance);
    }
    cxm_report_free(got);
}

static double tolerance_of(const json *holder, double otherwise) {
    const json *tolerance = json_field(holder, "tolerance");
    return tolerance == NULL ? otherwise : tolerance->number;
}

static void function_case(const char *label, const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *got = NULL;
    const json *input = json_field(one, "input");
    const char *name = json_field(one, "function")->string;
    cxm_status status = cxm_call(name, Z, input->text, input->length, &got, &err);
    judge(label, one, status, &err, got, tolerance_of(one, 0.0));
}

/* A list of numbers with nulls as a column; the caller frees data and validity. */
typedef struct numbers {
    double *data;
    uint8_t *valid;
    cxm_column column;
} numbers;

static numbers numbers_of(const json *list, int complete) {
    size_t length = json_count(list), row = 0;
    numbers made;
    made.data = calloc(length + 1, sizeof *made.data);
    made.valid = calloc(length + 1, 1);
    CHECK(made.data != NULL && made.valid != NULL);
    for (const json *item = list->first; item != NULL; item = item->next, row++) {
        made.valid[row] = item->type == JSON_NUMBER;
        made.data[row] = item->number;
    }
    cxm_column column = CXM_COLUMN(CXM_TYPE_F64, NULL, 0);
    column.data = made.data;
    column.length = length;
    column.validity = made.valid;
    column.validity_layout = complete ? CXM_VALIDITY_NONE : CXM_VALIDITY_BYTES;
    made.column = column;
    return made;
}

static numbers times_of(const json *list, int complete) {
    numbers made = numbers_of(list, complete);
    int64_t *times = (int64_t *)(void *)made.data;
    for (size_t row = 0; row < made.column.length; row++) {
        double time = made.data[row];
        times[row] = (int64_t)time;
    }
    made.column.type = CXM_TYPE_I64;
    return made;
}

static void free_numbers(numbers *some) {
    free(some->data);
    free(some->valid);
}

/* A key column of texts or whole numbers, as texts; null is missing. */
static cxm_key_column keys_of(const json *list, cxm_text **texts, uint8_t **valid) {
    size_t row = 0;
    cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_TEXT, NULL, 0);
    *texts = calloc(json_count(list) + 1, sizeof **texts);
    *valid = calloc(json_count(list) + 1, 1);
    CHECK(*texts != NULL && *valid != NULL);
    for (const json *item = list->first; item != NULL; item = item->next, row++) {
        int text = item->type == JSON_TEXT;
        (*texts)[row].data = text ? item->string : item->text;
        (*texts)[row].length = text ? strlen(item->string) : item->length;
        (*valid)[row] = item->type != JSON_NULL;
    }
    keys.validity = *valid;
    keys.validity_layout = CXM_VALIDITY_BYTES;
    keys.data = *texts;
    keys.length = row;
    return keys;
}

/* What becomes of the batch of a case: it is taken, or taken away again. */
typedef cxm_status (*verb)(cxm_calculator *, const cxm_batch *, cxm_error *);
static verb act = cxm_calculator_update;

static cxm_status feed_answers(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    const json *waves = json_field(rows, "waves");
    cxm_text *texts = NULL, *wave_texts = NULL;
    uint8_t *known = NULL, *wave_known = NULL;
    cxm_key_column who = keys_of(json_field(rows, "customers"), &texts, &known), when = who;
    numbers times = times_of(json_field(rows, "times"), 1);
    numbers values = numbers_of(json_field(rows, "ratings"), 0);
    int in_waves = waves != NULL && waves->type == JSON_LIST;
    cxm_batch batch;
    if (in_waves) {
        when = keys_of(waves, &wave_texts, &wave_known);
    }
    cxm_batch_answers(&batch, &who, in_waves ? &when : NULL, &times.column, &values.column);
    cxm_status status = act(calculator, &batch, err);
    free(texts);
    free(known);
    free(wave_texts);
    free(wave_known);
    free_numbers(&times);
    free_numbers(&values);
    return status;
}

static cxm_status feed_ratings(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    const json *weights = json_field(rows, "weights"), *counts = json_field(rows, "counts");
    numbers values = numbers_of(json_field(rows, "ratings"), 0);
    numbers heavy = {NULL, NULL, {0}}, often = heavy;
    uint64_t *times = NULL;
    cxm_batch batch;
    if (weights != NULL) {
        heavy = numbers_of(weights, 1);
    }
    if (counts != NULL) {
        often = numbers_of(counts, 1);
        times = malloc((often.column.length + 1) * sizeof *times);
        CHECK(times != NULL && often.column.length == values.column.length);
        for (size_t row = 0; row < often.column.length; row++) {
            times[row] = (uint64_t)often.data[row];
        }
    }
    cxm_batch_ratings(&batch, &values.column, heavy.data == NULL ? NULL : &heavy.column, times);
    cxm_status status = act(calculator, &batch, err);
    free(times);
    free_numbers(&values);
    free_numbers(&heavy);
    free_numbers(&often);
    return status;
}

static cxm_status feed_items(cxm_calculator *calculator, const json *items, cxm_error *err) {
    numbers columns[64];
    cxm_column borrowed[64] = {{0}};
    size_t count = 0;
    cxm_batch batch;
    for (const json *item = items->first; item != NULL; item = item->next, count++) {
        CHECK(count < 64);
        columns[count] = numbers_of(item, 0);
        borrowed[count] = columns[count].column;
    }
    cxm_batch_items(&batch, borrowed, count);
    cxm_status status = act(calculator, &batch, err);
    while (count > 0) {
        free_numbers(&columns[--count]);
    }
    return status;
}

static cxm_status feed_invitations(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    numbers sent = times_of(json_field(rows, "invited_at"), 1);
    numbers back = times_of(json_field(rows, "answered_at"), 0);
    cxm_batch batch;
    cxm_batch_invitations(&batch, &sent.column, &back.column);
    cxm_status status = act(calculator, &batch, err);
    free_numbers(&sent);
    free_numbers(&back);
    return status;
}

/* Keys that are all whole numbers, or texts. */
static cxm_key_column whole_keys_of(const json *list, numbers *whole, cxm_text **texts,
                                    uint8_t **known) {
    cxm_key_column keys;
    const json *item = list->first;
    while (item != NULL && item->type == JSON_NULL) {
        item = item->next;
    }
    if (item == NULL || item->type == JSON_TEXT) {
        return keys_of(list, texts, known);
    }
    cxm_key_column integers = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, 0);
    keys = integers;
    *whole = times_of(list, 0);
    keys.data = whole->data;
    keys.length = whole->column.length;
    keys.validity = whole->valid;
    keys.validity_layout = CXM_VALIDITY_BYTES;
    return keys;
}

static cxm_status feed_transactions(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    const json *paid = json_field(rows, "amounts"), *cost = json_field(rows, "costs");
    const json *stated = json_field(rows, "currencies");
    numbers none = {NULL, NULL, {0}}, whole = none, amounts = none, costs = none;
    cxm_text *texts = NULL, *names = NULL;
    uint8_t *known = NULL, *named = NULL;
    cxm_key_column who = whole_keys_of(json_field(rows, "customers"), &whole, &texts, &known);
    cxm_key_column currencies = who;
    numbers times = times_of(json_field(rows, "days"), 1);
    int64_t *days = (int64_t *)(void *)times.data;
    cxm_batch batch;
    for (size_t row = 0; row < times.column.length; row++) {
        days[row] *= INT64_C(86400000000);
    }
    if (paid != NULL) {
        amounts = numbers_of(paid, 0);
    }
    if (cost != NULL) {
        costs = numbers_of(cost, 0);
    }
    if (stated != NULL) {
        currencies = keys_of(stated, &names, &named);
    }
    cxm_batch_transactions(&batch, &who, &times.column, paid == NULL ? NULL : &amounts.column,
                           cost == NULL ? NULL : &costs.column,
                           stated == NULL ? NULL : &currencies);
    cxm_status status = act(calculator, &batch, err);
    free(texts);
    free(known);
    free(names);
    free(named);
    free_numbers(&whole);
    free_numbers(&times);
    free_numbers(&amounts);
    free_numbers(&costs);
    return status;
}

static cxm_status feed_histories(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    const json *spent = json_field(rows, "spends"), *often = json_field(rows, "counts");
    numbers none = {NULL, NULL, {0}}, spends = none, counted = none;
    numbers frequencies = numbers_of(json_field(rows, "frequencies"), 0);
    numbers recencies = numbers_of(json_field(rows, "recencies"), 0);
    numbers ages = numbers_of(json_field(rows, "ages"), 0);
    uint64_t *counts = NULL;
    cxm_batch batch;
    if (spent != NULL) {
        spends = numbers_of(spent, 0);
    }
    if (often != NULL) {
        counted = numbers_of(often, 1);
        counts = malloc((counted.column.length + 1) * sizeof *counts);
        CHECK(counts != NULL && counted.column.length == frequencies.column.length);
        for (size_t row = 0; row < counted.column.length; row++) {
            counts[row] = (uint64_t)counted.data[row];
        }
    }
    cxm_batch_histories(&batch, &frequencies.column, &recencies.column, &ages.column,
                        spent == NULL ? NULL : &spends.column, counts);
    cxm_status status = act(calculator, &batch, err);
    free(counts);
    free_numbers(&frequencies);
    free_numbers(&recencies);
    free_numbers(&ages);
    free_numbers(&spends);
    free_numbers(&counted);
    return status;
}

static cxm_status feed_durations(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    const json *entries = json_field(rows, "entries"), *causes = json_field(rows, "causes");
    const json *counts = json_field(rows, "counts");
    numbers values = numbers_of(json_field(rows, "durations"), 0);
    numbers seen = numbers_of(json_field(rows, "observed"), 0);
    numbers late = {NULL, NULL, {0}}, often = late;
    cxm_text *texts = NULL;
    uint8_t *known = NULL;
    uint64_t *times = NULL;
    cxm_key_column why = CXM_KEY_COLUMN(CXM_TYPE_TEXT, NULL, 0);
    cxm_batch batch;
    if (entries != NULL) {
        late = numbers_of(entries, 0);
    }
    if (causes != NULL) {
        why = keys_of(causes, &texts, &known);
    }
    if (counts != NULL) {
        often = numbers_of(counts, 1);
        times = malloc((often.column.length + 1) * sizeof *times);
        CHECK(times != NULL && often.column.length == values.column.length);
        for (size_t row = 0; row < often.column.length; row++) {
            times[row] = (uint64_t)often.data[row];
        }
    }
    cxm_batch_durations(&batch, &values.column, &seen.column,
                        entries == NULL ? NULL : &late.column, causes == NULL ? NULL : &why, times);
    cxm_status status = act(calculator, &batch, err);
    free(texts);
    free(known);
    free(times);
    free_numbers(&values);
    free_numbers(&seen);
    free_numbers(&late);
    free_numbers(&often);
    return status;
}

static cxm_status feed_paths(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    const json *worth = json_field(rows, "values"), *lost = json_field(rows, "nulls");
    numbers none = {NULL, NULL, {0}}, values = none, nulls = none;
    numbers conversions = numbers_of(json_field(rows, "conversions"), 0);
    cxm_text *texts = NULL;
    uint8_t *known = NULL;
    cxm_key_column paths = keys_of(json_field(rows, "paths"), &texts, &known);
    cxm_batch batch;
    if (worth != NULL) {
        values = numbers_of(worth, 0);
    }
    if (lost != NULL) {
        nulls = numbers_of(lost, 0);
    }
    cxm_batch_paths(&batch, &paths, &conversions.column, worth == NULL ? NULL : &values.column,
                    lost == NULL ? NULL : &nulls.column);
    cxm_status status = act(calculator, &batch, err);
    free(texts);
    free(known);
    free_numbers(&conversions);
    free_numbers(&values);
    free_numbers(&nulls);
    return status;
}

/* A list of days since 1970 as times in microseconds. */
static numbers days_of(const json *list) {
    numbers made = times_of(list, 0);
    int64_t *times = (int64_t *)(void *)made.data;
    for (size_t row = 0; row < made.column.length; row++) {
        times[row] *= INT64_C(86400000000);
    }
    return made;
}

static cxm_status feed_spans(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    static const char *const names[] = {"customers", "subscriptions", "causes", "currencies"};
    const json *paid = json_field(rows, "amounts"), *asked = json_field(rows, "cancelled_days");
    cxm_key_column keys[4];
    const cxm_key_column *given[4] = {NULL, NULL, NULL, NULL};
    cxm_text *texts[4] = {NULL, NULL, NULL, NULL};
    uint8_t *known[4] = {NULL, NULL, NULL, NULL};
    numbers none = {NULL, NULL, {0}}, amounts = none, cancelled = none;
    numbers starts = days_of(json_field(rows, "start_days"));
    numbers ends = days_of(json_field(rows, "end_days"));
    cxm_batch batch;
    starts.column.validity_layout = CXM_VALIDITY_NONE;
    for (size_t i = 0; i < 4; i++) {
        const json *list = json_field(rows, names[i]);
        if (list != NULL) {
            keys[i] = keys_of(list, &texts[i], &known[i]);
            given[i] = &keys[i];
        }
    }
    if (paid != NULL) {
        amounts = numbers_of(paid, 0);
    }
    if (asked != NULL) {
        cancelled = days_of(asked);
    }
    cxm_batch_spans(&batch, given[0], &starts.column, &ends.column, given[1],
                    paid == NULL ? NULL : &amounts.column,
                    asked == NULL ? NULL : &cancelled.column, given[2], given[3]);
    cxm_status status = act(calculator, &batch, err);
    for (size_t i = 0; i < 4; i++) {
        free(texts[i]);
        free(known[i]);
    }
    free_numbers(&starts);
    free_numbers(&ends);
    free_numbers(&amounts);
    free_numbers(&cancelled);
    return status;
}

/* One column of keys of a case, which may not be there; it owns what it points to. */
typedef struct case_keys {
    cxm_key_column column;
    numbers whole;
    cxm_text *texts;
    uint8_t *known;
    int32_t present;
} case_keys;

static case_keys case_keys_of(const json *list) {
    case_keys keys;
    memset(&keys, 0, sizeof keys);
    keys.present = list != NULL;
    if (list != NULL) {
        keys.column = whole_keys_of(list, &keys.whole, &keys.texts, &keys.known);
    }
    return keys;
}

static void free_case_keys(case_keys *keys) {
    free(keys->texts);
    free(keys->known);
    free_numbers(&keys->whole);
}

static cxm_status feed_events(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    static const char *const names[] = {"customers", "touchpoints", "event_ids",
                                        "channels",  "objects",     "outcomes"};
    case_keys keys[6];
    const cxm_key_column *given[6];
    const json *scored = json_field(rows, "scores"), *worth = json_field(rows, "values");
    numbers none = {NULL, NULL, {0}}, scores = none, values = none;
    numbers times = times_of(json_field(rows, "times"), 0);
    cxm_batch batch;
    for (size_t i = 0; i < 6; i++) {
        keys[i] = case_keys_of(json_field(rows, names[i]));
        given[i] = keys[i].present ? &keys[i].column : NULL;
    }
    if (scored != NULL) {
        scores = numbers_of(scored, 0);
    }
    if (worth != NULL) {
        values = numbers_of(worth, 0);
    }
    cxm_batch_events(&batch, given[0], given[1], &times.column, given[2], given[3],
                     scored == NULL ? NULL : &scores.column, worth == NULL ? NULL : &values.column,
                     given[4], given[5]);
    cxm_status status = act(calculator, &batch, err);
    for (size_t i = 0; i < 6; i++) {
        free_case_keys(&keys[i]);
    }
    free_numbers(&times);
    free_numbers(&scores);
    free_numbers(&values);
    return status;
}

static cxm_status feed_predictions(cxm_calculator *calculator, const json *rows, cxm_error *err) {
    const json *values = json_field(rows, "values"), *counts = json_field(rows, "counts");
    numbers said = numbers_of(json_field(rows, "probabilities"), 0);
    numbers came = numbers_of(json_field(rows, "observed"), 0);
    numbers worth = {NULL, NULL, {0}}, often = worth;
    uint64_t *times = NULL;
    cxm_batch batch;
    if (values != NULL) {
        worth = numbers_of(values, 0);
    }
    if (counts != NULL) {
        often = numbers_of(counts, 1);
        times = malloc((often.column.length + 1) * sizeof *times);
        CHECK(times != NULL && often.column.length == said.column.length);
        for (size_t row = 0; row < often.column.length; row++) {
            times[row] = (uint64_t)often.data[row];
        }
    }
    cxm_batch_predictions(&batch, &said.column, &came.column,
                          values == NULL ? NULL : &worth.column, times);
    cxm_status status = act(calculator, &batch, err);
    free(times);
    free_numbers(&said);
    free_numbers(&came);
    free_numbers(&worth);
    free_numbers(&often);
    return status;
}

/* Takes the batch of a case, whatever its shape is. */
static cxm_status feed(cxm_calculator *calculator, const json *batch, cxm_error *err) {
    const json *items = json_field(batch, "items"), *answers = json_field(batch, "answers");
    const json *invitations = json_field(batch, "invitations");
    const json *transactions = json_field(batch, "transactions");
    const json *histories = json_field(batch, "histories");
    if (transactions != NULL) {
        return feed_transactions(calculator, transactions, err);
    }
    if (histories != NULL) {
        return feed_histories(calculator, histories, err);
    }
    const json *lifetimes = json_field(batch, "lifetimes");
    if (lifetimes != NULL) {
        return feed_durations(calculator, lifetimes, err);
    }
    const json *paths = json_field(batch, "paths");
    if (paths != NULL) {
        return feed_paths(calculator, paths, err);
    }
    const json *spans = json_field(batch, "spans");
    if (spans != NULL) {
        return feed_spans(calculator, spans, err);
    }
    const json *events = json_field(batch, "events");
    if (events != NULL) {
        return feed_events(calculator, events, err);
    }
    const json *predictions = json_field(batch, "predictions");
    if (predictions != NULL) {
        return feed_predictions(calculator, predictions, err);
    }
    if (items != NULL) {
        return feed_items(calculator, items, err);
    }
    if (invitations != NULL) {
        return feed_invitations(calculator, invitations, err);
    }
    return answers != NULL ? feed_answers(calculator, answers, err)
                           : feed_ratings(calculator, batch, err);
}

/* A list of the expectation against numbers, of which those that are not there are NaN or -1. */
static void check_numbers(const char *label, const char *name, const json *expected,
                          const double *found) {
    size_t row = 0;
    for (const json *item = expected->first; item != NULL; item = item->next, row++) {
        double wanted = item->type == JSON_NUMBER ? item->number : -1.0;
        double got = found[row] == found[row] ? found[row] : -1.0;
        checks_made++;
        if (wanted != got) {
            differs(label, name, "another number");
        }
    }
}

/* Answers to contacts, joined by a rule: a score a contact, a row and an outcome an answer. */
static void join_case(const char *label, const json *one) {
    static const char *const names[] = {"customers", "touchpoints", "event_ids", "objects"};
    static const char *const outcomes[] = {"joined",    "replaced",          "out_of_window",
                                           "unmatched", "without_reference", "missing"};
    const json *contacts = json_field(one, "contacts"), *given = json_field(one, "answers");
    const json *rule = json_field(one, "join"), *expected = json_field(one, "expected");
    case_keys ours[4], theirs[4];
    const cxm_key_column *our_keys[4], *their_keys[4];
    numbers times = times_of(json_field(contacts, "times"), 0);
    numbers when = times_of(json_field(given, "times"), 0);
    numbers answered = numbers_of(json_field(given, "scores"), 0);
    size_t n = times.column.length, m = when.column.length;
    double *scores = malloc((n + m + 1) * sizeof *scores);
    int64_t *rows = malloc((m + 1) * sizeof *rows);
    int32_t *became = malloc((m + 1) * sizeof *became);
    CHECK(scores != NULL && rows != NULL && became != NULL);
    for (size_t i = 0; i < 4; i++) {
        ours[i] = case_keys_of(json_field(contacts, names[i]));
        theirs[i] = case_keys_of(json_field(given, names[i]));
        our_keys[i] = ours[i].present ? &ours[i].column : NULL;
        their_keys[i] = theirs[i].present ? &theirs[i].column : NULL;
    }
    cxm_batch batch;
    cxm_batch_events(&batch, our_keys[0], our_keys[1], &times.column, our_keys[2], NULL, NULL,
                     NULL, our_keys[3], NULL);
    cxm_answers answers = CXM_ANSWERS(their_keys[0], &when.column, &answered.column);
    answers.touchpoints = their_keys[1];
    answers.objects = their_keys[3];
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *report = NULL;
    cxm_status status = cxm_answers_join(&batch, &answers, rule->text, rule->length, scores, n,
                                         rows, became, &report, &err);
    if (status == CXM_STATUS_OK && expected != NULL) {
        char path[512] = "";
        check_numbers(label, "scores", json_field(expected, "scores"), scores);
        for (size_t row = 0; row < m; row++) {
            scores[n + row] = (double)rows[row];
        }
        check_numbers(label, "contacts", json_field(expected, "contacts"), scores + n);
        size_t row = 0;
        const json *item = json_field(expected, "outcomes")->first;
        for (; item != NULL; item = item->next, row++) {
            CHECK(became[row] >= 0 && became[row] < 6);
            if (strcmp(outcomes[became[row]], item->string) != 0) {
                differs(label, "outcomes", item->string);
            }
        }
        compare(label, report, path, json_field(expected, "report"), 0.0);
        cxm_report_free(report);
    } else {
        judge(label, one, status, &err, report, 0.0);
    }
    for (size_t i = 0; i < 4; i++) {
        free_case_keys(&ours[i]);
        free_case_keys(&theirs[i]);
    }
    free_numbers(&times);
    free_numbers(&when);
    free_numbers(&answered);
    free(scores);
    free(rows);
    free(became);
}

/* A calculator with the definition of a case and the rows of a batch. */
static cxm_status made_of(const json *one, const json *batch, cxm_calculator **out,
                          cxm_error *err) {
    const json *definition = json_field(one, "definition");
    const char *name = json_field(one, "calculator")->string;
    cxm_status status = cxm_calculator_new(name, Z, definition == NULL ? NULL : definition->text,
                                           definition == NULL ? 0 : definition->length, out, err);
    return status == CXM_STATUS_OK ? feed(*out, batch, err) : status;
}

/* The place of an error: its row, and its field within the message. */
static void place(const char *label, const json *one, const cxm_error *err) {
    const json *row = json_field(one, "row"), *field = json_field(one, "field");
    char named[96];
    if (row != NULL && (row->type == JSON_NULL ? err->row != UINT64_MAX
                                               : err->row != (uint64_t)row->number)) {
        differs(label, "row", err->message);
    }
    if (field != NULL && field->type == JSON_TEXT) {
        snprintf(named, sizeof named, "(field %s", field->string);
        if (strstr(err->message, named) == NULL) {
            differs(label, field->string, err->message);
        }
    }
}

/* A column of numbers of any type as doubles, and which rows have one. */
static double *column_of(const cxm_table *table, size_t position, size_t rows, uint8_t *present) {
    cxm_error err = CXM_ERROR_INIT;
    int32_t type = 0;
    double *values = calloc(rows + 1, sizeof *values);
    int64_t *whole = calloc(rows + 1, sizeof *whole);
    CHECK(values != NULL && whole != NULL);
    OK(cxm_table_type(table, position, &type, &err));
    if (type == CXM_TYPE_F64) {
        OK(cxm_table_floats(table, position, values, present, rows, &err));
    } else if (type == CXM_TYPE_U64) {
        uint64_t *counts = (uint64_t *)(void *)whole;
        OK(cxm_table_counts(table, position, counts, present, rows, &err));
        for (size_t row = 0; row < rows; row++) {
            values[row] = (double)counts[row];
        }
    } else {
        OK(cxm_table_integers(table, position, whole, present, rows, &err));
        for (size_t row = 0; row < rows; row++) {
            values[row] = (double)whole[row];
        }
    }
    free(whole);
    return values;
}

static void near(const char *label, const char *name, double expected, double got,
                 double tolerance) {
    double difference = got > expected ? got - expected : expected - got;
    char why[128];
    checks_made++;
    if (!(difference <= tolerance)) {
        snprintf(why, sizeof why, "expected %.17g, got %.17g", expected, got);
        differs(label, name, why);
    }
}

/* One cell of a column of texts against what is expected there. */
static void check_text(const cxm_table *table, size_t position, const char *expected, size_t row,
                       size_t rows) {
    cxm_error err = CXM_ERROR_INIT;
    char text[65536];
    size_t written = 0;
    size_t *ends = calloc(rows + 1, sizeof *ends);
    CHECK(ends != NULL);
    OK(cxm_table_texts(table, position, ends, rows, text, sizeof text, &written, &err));
    size_t from = row == 0 ? 0 : ends[row - 1];
    CHECK(ends[row] - from == strlen(expected));
    CHECK(memcmp(text + from, expected, strlen(expected)) == 0);
    free(ends);
}

/* One cell of a table against what is expected there. */
static void check_cell(const char *label, const cxm_table *table, const json *expected, size_t row,
                       size_t rows, double tolerance) {
    cxm_error err = CXM_ERROR_INIT;
    size_t position = 0;
    uint8_t *present = calloc(rows + 1, 1);
    CHECK(present != NULL);
    OK(cxm_table_find(table, expected->name, Z, &position, &err));
    int32_t type = 0;
    OK(cxm_table_type(table, position, &type, &err));
    if (expected->type == JSON_TEXT && type == CXM_TYPE_TEXT) {
        check_text(table, position, expected->string, row, rows);
    } else if (expected->type == JSON_TEXT) {
        cxm_key key = CXM_KEY_INIT;
        OK(cxm_table_key(table, position, row, &key, &err));
        CHECK(key.type == CXM_KEY_TEXT && key.text_length == strlen(expected->string));
        CHECK(memcmp(key.text, expected->string, key.text_length) == 0);
    } else {
        double *values = column_of(table, position, rows, present);
        CHECK(present[row] == (expected->type == JSON_NUMBER));
        if (present[row]) {
            near(label, expected->name, expected->number, values[row], tolerance);
        }
        free(values);
    }
    free(present);
}

static void check_table(const char *label, const cxm_calculator *calculator, const json *expected,
                        double tolerance) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_table *table = NULL;
    const json *arguments = json_field(expected, "arguments"), *at = json_field(expected, "at");
    size_t rows = 0;
    OK(cxm_calculator_tabulate(calculator, json_field(expected, "table")->string, Z,
                               arguments->text, arguments->length, &table, &err));
    OK(cxm_table_rows(table, &rows, &err));
    near(label, "rows", json_field(expected, "rows")->number, (double)rows, 0.0);
    for (const json *sum = json_field(expected, "sums")->first; sum != NULL; sum = sum->next) {
        size_t position = 0;
        uint8_t *present = calloc(rows + 1, 1);
        double total = 0.0;
        OK(cxm_table_find(table, sum->name, Z, &position, &err));
        double *values = column_of(table, position, rows, present);
        for (size_t row = 0; row < rows; row++) {
            total += present[row] ? values[row] : 0.0;
        }
        near(label, sum->name, sum->number, total, tolerance);
        free(values);
        free(present);
    }
    for (const json *one = at->first; one != NULL; one = one->next) {
        size_t row = (size_t)json_field(one, "row")->number;
        for (const json *field = one->first; field != NULL; field = field->next) {
            if (strcmp(field->name, "row") != 0) {
                check_cell(label, table, field, row, rows, tolerance);
            }
        }
    }
    cxm_table_free(table);
}

/* Takes rows away again: the bytes are those of never having seen them, and they cannot go twice. */
static void retracted(const char *label, const json *one, cxm_calculator *calculator) {
    const json *rows = json_field(one, "retract");
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *never = NULL;
    if (rows == NULL) {
        return;
    }
    OK(made_of(one, json_field(one, "remaining"), &never, &err));
    bytes expected = state_of(never);
    for (int turn = 0; turn < 2; turn++) {
        cxm_status wanted = turn == 0 ? CXM_STATUS_OK : CXM_STATUS_NEVER_ADDED;
        act = cxm_calculator_retract;
        if (feed(calculator, rows, &err) != wanted) {
            differs(label, "retract", err.message);
        }
        act = cxm_calculator_update;
        bytes left = state_of(calculator);
        if (left.length != expected.length ||
            memcmp(left.data, expected.data, left.length) != 0) {
            differs(label, "retract", "retracted rows left a trace");
        }
        free(left.data);
    }
    free(expected.data);
    cxm_calculator_free(never);
}

static void calculator_case(const char *label, const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *calculator = NULL, *other = NULL;
    cxm_report *got = NULL;
    const json *questions = json_field(one, "questions"), *compared = json_field(one, "compare");
    double tolerance = tolerance_of(one, 0.0);
    cxm_status status = made_of(one, json_field(one, "batch"), &calculator, &err);
    if (status == CXM_STATUS_OK) {
        retracted(label, one, calculator);
        status = cxm_calculator_value(calculator, &got, &err);
    } else {
        place(label, one, &err);
    }
    judge(label, one, status, &err, got, tolerance);
    for (const json *asked = questions == NULL ? NULL : questions->first; asked != NULL;
         asked = asked->next) {
        const json *arguments = json_field(asked, "arguments");
        got = NULL;
        status = cxm_calculator_ask(calculator, json_field(asked, "question")->string, Z,
                                    arguments == NULL ? NULL : arguments->text,
                                    arguments == NULL ? 0 : arguments->length, &got, &err);
        if (status != CXM_STATUS_OK) {
            place(label, asked, &err);
        }
        judge(label, asked, status, &err, got, tolerance);
    }
    const json *tables = json_field(one, "tables");
    for (const json *table = tables == NULL ? NULL : tables->first; table != NULL;
         table = table->next) {
        check_table(label, calculator, table, tolerance);
    }
    if (compared != NULL) {
        const json *arguments = json_field(compared, "arguments");
        got = NULL;
        OK(made_of(one, json_field(compared, "with"), &other, &err));
        status = cxm_calculator_compare(calculator, other,
                                        arguments == NULL ? NULL : arguments->text,
                                        arguments == NULL ? 0 : arguments->length, &got, &err);
        judge(label, compared, status, &err, got, tolerance);
    }
    cxm_calculator_free(other);
    cxm_calculator_free(calculator);
}

int main(int argc, char **argv) {
    unsigned long cases = 0, functions = 0, joins = 0;
    for (int i = 1; i < argc; i++) {
        char *text = NULL;
        json *file = json_read(argv[i], &text);
        CHECK(file->type == JSON_LIST);
        for (const json *one = file->first; one != NULL; one = one->next, cases++) {
            char label[256];
            const json *id = json_field(one, "id"), *what = json_field(one, "what");
            if (json_field(one, "parameters") != NULL || json_field(one, "fit") != NULL ||
                json_field(one, "model") != NULL || json_field(one, "covariate_fit") != NULL) {
                cases--; /* of a model: models.c and posteriors.c read it */
                continue;
            }
            CHECK(id != NULL);
            snprintf(label, sizeof label, "%.100s (%.120s)", id->string,
                     what == NULL ? "" : what->string);
            if (json_field(one, "function") != NULL) {
                function_case(label, one);
                functions++;
            } else if (json_field(one, "join") != NULL) {
                join_case(label, one);
                joins++;
            } else {
                CHECK(json_field(one, "calculator") != NULL);
                calculator_case(label, one);
            }
        }
        json_free(file);
        free(text);
    }
    CHECK(cases > 0);
    printf("%lu cases of functions, %lu of joins, %lu of calculators, %lu checks\n", functions, joins,
           cases - functions - joins, checks_made);
    if (failures > 0) {
        fprintf(stderr, "%lu differences\n", failures);
        return 1;
    }
    return 0;
}
