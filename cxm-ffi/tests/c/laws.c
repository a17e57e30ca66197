/* The laws of the contract, through C, for every calculator of the catalogue. */
#include "rows.h"

/* Whether what was taken in cannot be taken back. */
static int keeps_all = 0;

/* Undoes what came before, where that is offered. */
static void undo(cxm_calculator *sum, const cxm_calculator *part_, const cxm_calculator *rest) {
    cxm_error err = CXM_ERROR_INIT;
    if (keeps_all) {
        cxm_calculator *before = copy_of(sum);
        GIVES(CXM_STATUS_NOT_OFFERED, cxm_calculator_subtract(sum, part_, &err));
        CHECK(same(sum, before));
        cxm_calculator_free(before);
        return;
    }
    OK(cxm_calculator_subtract(sum, part_, &err));
    CHECK(same(sum, rest));
}

static cxm_calculator *with(const cxm_calculator *empty, const rows *all, size_t from, size_t to) {
    cxm_error err = CXM_ERROR_INIT;
    part rows_of;
    cxm_calculator *made = copy_of(empty);
    OK(cxm_calculator_update(made, part_of(all, from, to, &rows_of), &err));
    return made;
}

static void merging(const cxm_calculator *empty, const rows *all) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *whole = with(empty, all, 0, ROWS);
    cxm_calculator *identity = copy_of(empty);
    OK(cxm_calculator_merge(identity, whole, &err));
    CHECK(same(identity, whole));
    OK(cxm_calculator_merge(identity, empty, &err));
    CHECK(same(identity, whole));
    cxm_calculator_free(identity);

    for (size_t cut = 0; cut <= ROWS; cut += 37) {
        cxm_calculator *a = with(empty, all, 0, cut), *b = with(empty, all, cut, ROWS);
        cxm_calculator *ab = copy_of(a), *ba = copy_of(b), *updated = copy_of(a);
        part rest;
        OK(cxm_calculator_merge(ab, b, &err));
        OK(cxm_calculator_merge(ba, a, &err));
        OK(cxm_calculator_update(updated, part_of(all, cut, ROWS, &rest), &err));
        CHECK(same(ab, ba) && same(ab, whole) && same(updated, whole));
        undo(ab, b, a);
        if (!keeps_all) {
            OK(cxm_calculator_retract(ba, part_of(all, cut, ROWS, &rest), &err));
            CHECK(same(ba, a));
        }
        cxm_calculator_free(a);
        cxm_calculator_free(b);
        cxm_calculator_free(ab);
        cxm_calculator_free(ba);
        cxm_calculator_free(updated);
    }

    cxm_calculator *doubled = copy_of(whole), *twice = copy_of(whole);
    OK(cxm_calculator_merge(doubled, doubled, &err));
    OK(cxm_calculator_merge(twice, whole, &err));
    CHECK(same(doubled, twice));
    undo(doubled, twice, empty);
    cxm_calculator_free(doubled);
    cxm_calculator_free(twice);
    cxm_calculator_free(whole);
}

static void reading(const cxm_calculator *empty, const rows *all) {
    cxm_error err = CXM_ERROR_INIT;
    double score = -12345.0, again = 0.0;
    int32_t has_value = -1;
    OK(cxm_calculator_score(empty, &score, &has_value, &err));
    CHECK(has_value == 0 && score == -12345.0);
    GIVES(CXM_STATUS_INSUFFICIENT_DATA, cxm_calculator_score(empty, &score, NULL, &err));
    CHECK(score == -12345.0);

    cxm_calculator *whole = with(empty, all, 0, ROWS), *read = NULL;
    uint64_t observations = 0;
    OK(cxm_calculator_observations(whole, &observations, &err));
    CHECK(observations == ROWS);
    bytes state = state_of(whole);
    OK(cxm_calculator_from_bytes(state.data, state.length, &read, &err));
    CHECK(same(read, whole));
    free(state.data);

    int32_t before = -1, after = -2;
    OK(cxm_calculator_score(whole, &score, &before, &err));
    OK(cxm_calculator_score(read, &again, &after, &err));
    CHECK(before == after && (before == 0 || memcmp(&score, &again, sizeof score) == 0));

    cxm_report *report = NULL, *definition = NULL;
    OK(cxm_calculator_value(whole, &report, &err));
    OK(cxm_report_number(report, "score", Z, &again, &after, &err));
    CHECK(before == after && (before == 0 || memcmp(&score, &again, sizeof score) == 0));
    cxm_report_free(report);

    /* A definition, written as JSON, makes the same calculator again. */
    OK(cxm_calculator_definition(whole, &definition, &err));
    size_t length = 0;
    OK(cxm_report_json(definition, NULL, 0, &length, &err));
    char *json = malloc(length);
    const char *name = NULL;
    size_t name_length = 0;
    cxm_calculator *same_again = NULL;
    CHECK(json != NULL);
    OK(cxm_report_json(definition, json, length, &length, &err));
    OK(cxm_calculator_name(whole, &name, &name_length, &err));
    OK(cxm_calculator_new(name, name_length, json, length, &same_again, &err));
    CHECK(same(same_again, empty));
    free(json);
    cxm_report_free(definition);
    cxm_calculator_free(same_again);
    cxm_calculator_free(read);
    cxm_calculator_free(whole);
}

/* A batch that cannot be taken changes nothing. */
static void bad_batches(const cxm_calculator *empty, const rows *all) {
    cxm_error err = CXM_ERROR_INIT;
    static const char *const shapes[] = {"ratings", "items",        "invitations",
                                         "answers", "transactions", "histories",
                                         "durations", "paths",        "spans",
                                         "events",    "predictions"};
    cxm_calculator *whole = with(empty, all, 0, ROWS), *target = copy_of(whole);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        static rows other;
        part batch;
        other = *all;
        strcpy(other.shape, shapes[i]);
        other.items = 2;
        if (strcmp(shapes[i], all->shape) == 0) {
            continue;
        }
        GIVES(CXM_STATUS_WRONG_BATCH,
              cxm_calculator_update(target, part_of(&other, 0, 9, &batch), &err));
        GIVES(CXM_STATUS_WRONG_BATCH,
              cxm_calculator_check(target, part_of(&other, 0, 9, &batch), &err));
        CHECK(same(target, whole));
    }
    part batch;
    if (!keeps_all) {
        OK(cxm_calculator_update(target, part_of(all, 0, 5, &batch), &err));
        OK(cxm_calculator_retract(target, part_of(all, 0, 5, &batch), &err));
        CHECK(same(target, whole));
    }
    /* More of a row than was ever added. */
    cxm_calculator *few = with(empty, all, 0, 1);
    cxm_status status = cxm_calculator_retract(few, part_of(all, 0, ROWS, &batch), &err);
    CHECK(status == (keeps_all ? CXM_STATUS_NOT_OFFERED : CXM_STATUS_NEVER_ADDED));
    CHECK(err.code == status);
    cxm_calculator *one = with(empty, all, 0, 1);
    CHECK(same(few, one));
    cxm_calculator_free(one);
    cxm_calculator_free(few);
    cxm_calculator_free(target);
    cxm_calculator_free(whole);
}

static bytes table_state(const cxm_keyed *table) {
    cxm_error err = CXM_ERROR_INIT;
    bytes state = {NULL, 0};
    OK(cxm_keyed_to_bytes(table, NULL, 0, &state.length, &err));
    state.data = malloc(state.length);
    CHECK(state.data != NULL);
    OK(cxm_keyed_to_bytes(table, state.data, state.length, &state.length, &err));
    return state;
}

static int same_tables(const cxm_keyed *a, const cxm_keyed *b) {
    cxm_error err = CXM_ERROR_INIT;
    bytes x = table_state(a), y = table_state(b);
    int equal = x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
    int32_t word = -1;
    OK(cxm_keyed_equal(a, b, &word, &err));
    CHECK(word == equal);
    free(x.data);
    free(y.data);
    return equal;
}

static void tables(const char *name, const char *definition, const cxm_calculator *empty,
                   const rows *all) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_keyed *table = NULL, *read = NULL, *two = NULL, *none = NULL;
    cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_I64, NULL, ROWS);
    part batch;
    keys.data = all->customer;
    OK(cxm_keyed_new(name, Z, "{\"by\": [\"customer\"]}", Z, definition, definition ? Z : 0,
                     &table, &err));
    OK(cxm_keyed_clone(table, &none, &err));
    OK(cxm_keyed_check(table, &keys, 1, part_of(all, 0, ROWS, &batch), &err));
    OK(cxm_keyed_update(table, &keys, 1, part_of(all, 0, ROWS, &batch), &err));

    /* The groups add up to the calculator without keys. */
    cxm_calculator *whole = with(empty, all, 0, ROWS), *total = NULL, *sum = copy_of(empty);
    size_t groups = 0;
    int64_t last = INT64_MIN;
    OK(cxm_keyed_total(table, &total, &err));
    OK(cxm_keyed_length(table, &groups, &err));
    for (size_t i = 0; i < groups; i++) {
        cxm_calculator *group = NULL, *found = NULL;
        cxm_key key = CXM_KEY_INIT;
        OK(cxm_keyed_group(table, i, &group, &err));
        OK(cxm_keyed_key(table, i, 0, &key, &err));
        CHECK(key.type == CXM_KEY_INTEGER && key.integer > last);
        last = key.integer;
        OK(cxm_keyed_find(table, &key, 1, &found, &err));
        CHECK(same(group, found));
        OK(cxm_calculator_merge(sum, group, &err));
        cxm_calculator_free(group);
        cxm_calculator_free(found);
    }
    CHECK(same(total, whole) && same(sum, whole));

    bytes state = table_state(table);
    OK(cxm_keyed_from_bytes(state.data, state.length, &read, &err));
    CHECK(same_tables(read, table));
    free(state.data);

    OK(cxm_keyed_clone(table, &two, &err));
    OK(cxm_keyed_merge(two, two, &err));
    OK(cxm_keyed_merge(read, table, &err));
    CHECK(same_tables(two, read));
    if (!keeps_all) {
        OK(cxm_keyed_retract(two, &keys, 1, part_of(all, 0, ROWS, &batch), &err));
        CHECK(same_tables(two, table));
        OK(cxm_keyed_retract(two, &keys, 1, part_of(all, 0, ROWS, &batch), &err));
        CHECK(same_tables(two, none));
    }

    cxm_calculator_free(total);
    cxm_calculator_free(sum);
    cxm_calculator_free(whole);
    cxm_keyed_free(table);
    cxm_keyed_free(read);
    cxm_keyed_free(two);
    cxm_keyed_free(none);
}

/* Unlike definitions refuse to merge, and so do unlike kinds. */
static void unlike(const cxm_report *catalogue, size_t position, const char *name,
                   const cxm_calculator *empty) {
    cxm_error err = CXM_ERROR_INIT;
    char path[96], preset[64], definition[128];
    size_t presets = 0, calculators = 0;
    cxm_report *unused = NULL;
    snprintf(path, sizeof path, "calculators[%lu].presets", (unsigned long)position);
    OK(cxm_report_length(catalogue, path, Z, &presets, &err));
    for (size_t i = 0; i < presets; i++) {
        snprintf(path, sizeof path, "calculators[%lu].presets[%lu].name", (unsigned long)position,
                 (unsigned long)i);
        text_at(catalogue, path, preset, sizeof preset);
        snprintf(definition, sizeof definition, "{\"preset\": \"%s\"}", preset);
        cxm_calculator *other = make(name, definition), *target = copy_of(empty);
        if (!same(other, empty)) {
            GIVES(CXM_STATUS_INCOMPATIBLE_MERGE, cxm_calculator_merge(target, other, &err));
            GIVES(CXM_STATUS_INCOMPATIBLE_MERGE, cxm_calculator_subtract(target, other, &err));
            GIVES(CXM_STATUS_INCOMPATIBLE_MERGE,
                  cxm_calculator_compare(target, other, NULL, 0, &unused, &err));
            CHECK(same(target, empty) && unused == NULL);
        }
        cxm_calculator_free(other);
        cxm_calculator_free(target);
    }
    OK(cxm_report_length(catalogue, "calculators", Z, &calculators, &err));
    snprintf(path, sizeof path, "calculators[%lu].name",
             (unsigned long)((position + 1) % calculators));
    text_at(catalogue, path, preset, sizeof preset);
    cxm_calculator *stranger = make(preset, NULL), *target = copy_of(empty);
    GIVES(CXM_STATUS_INCOMPATIBLE_MERGE, cxm_calculator_merge(target, stranger, &err));
    cxm_calculator_free(stranger);
    cxm_calculator_free(target);
}

int main(void) {
    static rows all;
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *catalogue = NULL;
    size_t calculators = 0;
    OK(cxm_catalogue(&catalogue, &err));
    OK(cxm_report_length(catalogue, "calculators", Z, &calculators, &err));
    CHECK(calculators > 1);
    for (size_t i = 0; i < calculators; i++) {
        char path[64], name[64], shape[32];
        snprintf(path, sizeof path, "calculators[%lu].name", (unsigned long)i);
        text_at(catalogue, path, name, sizeof name);
        snprintf(path, sizeof path, "calculators[%lu].shape", (unsigned long)i);
        text_at(catalogue, path, shape, sizeof shape);
        cxm_calculator *empty = NULL;
        /* Any order is as good as any other where a stream waits for ever. */
        const char *definition = 
            "{\"late\": \"exclude\", \"lateness\": 9223372036854775807}";
        if (cxm_calculator_new(name, Z, definition, Z, &empty, &err) != CXM_STATUS_OK) {
            definition = NULL;
            empty = make(name, NULL);
        }
        cxm_calculator *nothing = copy_of(empty);
        keeps_all = cxm_calculator_subtract(nothing, empty, &err) == CXM_STATUS_NOT_OFFERED;
        cxm_calculator_free(nothing);
        fill_rows(&all, empty, shape, 0x9e3779b97f4a7c15u + i);
        merging(empty, &all);
        reading(empty, &all);
        bad_batches(empty, &all);
        tables(name, definition, empty, &all);
        unlike(catalogue, i, name, empty);
        cxm_calculator_free(empty);
        printf("laws hold for %s\n", name);
    }
    cxm_report_free(catalogue);
    printf("%lu checks\n", checks_made);
    return 0;
}
