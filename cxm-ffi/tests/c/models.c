/* Models of customer lifetime value through C: the golden files, model files, and what a program
   can do wrong. Arguments: the customers of CDNOW, the donors, then the golden files. */
#include <math.h>

#include "check.h"
#include "json.h"

static unsigned long failures = 0;

static void differs(const char *label, double expected, double got) {
    fprintf(stderr, "%s: expected %.17g, got %.17g\n", label, expected, got);
    failures++;
}

static void close_to(const char *label, double expected, double got, double allowed) {
    checks_made++;
    if (!(fabs(expected - got) <= allowed)) {
        differs(label, expected, got);
    }
}

enum { MOST = 4000, CELLS = 4 };

static double cdnow[CELLS][MOST];
static size_t customers = 0;
static double donations[CELLS][MOST];
static size_t patterns = 0;

/* Four numbers a line below a heading. */
static size_t read_rows(const char *path, double columns[CELLS][MOST]) {
    char line[256];
    size_t rows = 0;
    FILE *file = fopen(path, "r");
    CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
    for (; fgets(line, sizeof line, file) != NULL; rows++) {
        CHECK(rows < MOST && sscanf(line, "%lf,%lf,%lf,%lf", &columns[0][rows], &columns[1][rows],
                                    &columns[2][rows], &columns[3][rows]) == 4);
    }
    fclose(file);
    return rows;
}

static cxm_model *fitted_to(const char *name, const cxm_named_column *columns, size_t length) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL;
    OK(cxm_model_fit(name, Z, columns, length, NULL, 0, &model, &err));
    return model;
}

/* Cohorts one after the other, each row with the number of its cohort. */
static cxm_model *fitted_to_cohorts(const char *name, const json *cohorts) {
    double left[256], number[256];
    size_t rows = 0, cohort = 0;
    for (const json *one = cohorts->first; one != NULL; one = one->next, cohort++) {
        for (const json *item = one->first; item != NULL; item = item->next, rows++) {
            CHECK(rows < 256);
            left[rows] = item->number;
            number[rows] = (double)cohort;
        }
    }
    const cxm_named_column columns[] = {CXM_NAMED_COLUMN("survivors", CXM_TYPE_F64, left, rows),
                                        CXM_NAMED_COLUMN("cohort", CXM_TYPE_F64, number, rows)};
    return fitted_to(name, columns, 2);
}

static cxm_model *fitted_to_donations(const char *name) {
    const cxm_named_column columns[] = {
        CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, donations[0], patterns),
        CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, donations[1], patterns),
        CXM_NAMED_COLUMN("periods", CXM_TYPE_F64, donations[2], patterns),
        CXM_NAMED_COLUMN("weights", CXM_TYPE_F64, donations[3], patterns)};
    return fitted_to(name, columns, 4);
}

static cxm_model *fitted(const char *name, const char *options) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL;
    const cxm_named_column histories[] = {
        CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, cdnow[0], customers),
        CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, cdnow[1], customers),
        CXM_NAMED_COLUMN("age", CXM_TYPE_F64, cdnow[2], customers)};
    const cxm_named_column spends[] = {
        histories[0], CXM_NAMED_COLUMN("monetary_value", CXM_TYPE_F64, cdnow[3], customers)};
    int spend = strcmp(name, "gamma_gamma") == 0;
    OK(cxm_model_fit(name, Z, spend ? spends : histories, spend ? 2 : 3, options,
                     options == NULL ? 0 : Z, &model, &err));
    return model;
}

/* Parameters and errors of a summary, in the order of the report. */
static void compare_fields(const char *label, const cxm_report *summary, const char *path,
                           const json *expected, double tolerance) {
    cxm_error err = CXM_ERROR_INIT;
    size_t position = 0;
    for (const json *item = expected->first; item != NULL; item = item->next) {
        char field[128];
        const char *name = NULL;
        size_t length = 0;
        double got = 0.0;
        OK(cxm_report_field(summary, path, Z, position++, &name, &length, &err));
        snprintf(field, sizeof field, "%s.%.*s", path, (int)length, name);
        OK(cxm_report_number(summary, field, Z, &got, NULL, &err));
        close_to(label, item->number, got, tolerance * fabs(item->number));
    }
}

static void fit_case(const char *label, const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *summary = NULL;
    const json *expected = json_field(one, "expected"), *tolerance = json_field(one, "tolerance");
    const json *cohorts = json_field(one, "survivors"), *data = json_field(one, "data");
    const char *name = json_field(one, "fit")->string;
    double got = 0.0;
    cxm_model *model = cohorts != NULL                            ? fitted_to_cohorts(name, cohorts)
                       : strcmp(data->string, "donations") == 0 ? fitted_to_donations(name)
                                                                : fitted(name, NULL);
    OK(cxm_model_summary(model, NULL, 0, &summary, &err));
    OK(cxm_report_number(summary, "log_likelihood", Z, &got, NULL, &err));
    close_to(label, json_field(expected, "log_likelihood")->number, got,
             json_field(tolerance, "log_likelihood_absolute")->number);
    compare_fields(label, summary, "parameters", json_field(expected, "parameters"),
                   json_field(tolerance, "parameters_relative")->number);
    compare_fields(label, summary, "standard_errors", json_field(expected, "standard_errors"),
                   json_field(tolerance, "standard_errors_relative")->number);
    cxm_report_free(summary);
    cxm_model_free(model);
}

/* Columns out of an object of numbers or of lists of numbers. */
static size_t columns_of(const json *fields, const char *model, cxm_named_column *columns,
                         double *cells) {
    /* The core says age also where time runs in opportunities; the columns say periods. */
    int discrete = strcmp(model, "bg_bb") == 0;
    size_t count = 0;
    for (const json *field = fields->first; field != NULL; field = field->next) {
        double *start = cells;
        if (field->type == JSON_NUMBER) {
            *cells++ = field->number;
        }
        for (const json *item = field->first; item != NULL; item = item->next) {
            *cells++ = item->number;
        }
        cxm_named_column column =
            CXM_NAMED_COLUMN(NULL, CXM_TYPE_F64, start, (size_t)(cells - start));
        column.name = discrete && strcmp(field->name, "age") == 0 ? "periods" : field->name;
        columns[count++] = column;
    }
    return count;
}

static void model_case(const char *label, const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL;
    cxm_named_column columns[8];
    double cells[256], got = 0.0;
    const json *expected = json_field(one, "expected"), *tolerance = json_field(one, "tolerance");
    const json *parameters = json_field(one, "parameters"), *quantity = json_field(one, "quantity");
    const json *history = json_field(one, "history"), *rows = json_field(one, "log_likelihood");
    const char *name = json_field(one, "model")->string;
    OK(cxm_model_from_parameters(name, Z, parameters->text, parameters->length, NULL, 0, &model,
                                 &err));
    if (rows != NULL) {
        size_t count = columns_of(rows, name, columns, cells);
        OK(cxm_model_log_likelihood(model, columns, count, &got, &err));
        close_to(label, expected->number, got, json_field(tolerance, "absolute")->number);
    } else {
        uint8_t present = 2;
        size_t count = history == NULL ? 0 : columns_of(history, name, columns, cells);
        OK(cxm_model_predict(model, quantity->text, quantity->length, columns, count, &got,
                             &present, 1, &err));
        CHECK(present == (expected->type == JSON_NUMBER));
        close_to(label, expected->number, got,
                 json_field(tolerance, "relative")->number * fabs(expected->number));
    }
    cxm_model_free(model);
}

/* A reading of a spend model: the question by its name, or the likelihood of the row. */
static void spend_case(const char *label, const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL;
    cxm_named_column columns[8];
    double cells[8], got = 0.0;
    uint8_t present = 2;
    char quantity[128];
    const json *expected = json_field(one, "expected"), *parameters = json_field(one, "parameters");
    const json *reading = json_field(one, "reading"), *spend = json_field(one, "spend");
    const json *probability = json_field(one, "probability");
    double allowed = json_field(json_field(one, "tolerance"), "relative")->number;
    size_t count = spend == NULL ? 0 : columns_of(spend, "gamma_gamma", columns, cells);
    OK(cxm_model_from_parameters("gamma_gamma", Z, parameters->text, parameters->length, NULL, 0,
                                 &model, &err));
    if (strcmp(reading->string, "likelihood") == 0) {
        OK(cxm_model_log_likelihood(model, columns, count, &got, &err));
        present = 1;
        allowed = allowed / fabs(expected->number) + allowed; /* a sum, measured against 1 too */
    } else {
        snprintf(quantity, sizeof quantity, "{\"quantity\": \"%s\", \"probability\": %.17g}",
                 reading->string, probability == NULL ? 0.0 : probability->number);
        if (probability == NULL) {
            snprintf(quantity, sizeof quantity, "{\"quantity\": \"%s\"}", reading->string);
        }
        OK(cxm_model_predict(model, quantity, Z, columns, count, &got, &present, 1, &err));
    }
    CHECK(present == (expected->type == JSON_NUMBER));
    close_to(label, expected->number, got, allowed * fabs(expected->number));
    cxm_model_free(model);
}

/* A reading of a contractual model: its arguments, of which the renewals are a column. */
static void contract_case(const char *label, const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL;
    cxm_named_column columns[1];
    double renewals = 0.0, got = 0.0;
    uint8_t present = 2;
    char quantity[512];
    size_t count = 0, end = 0;
    const json *expected = json_field(one, "expected"), *parameters = json_field(one, "parameters");
    const json *error = json_field(one, "error");
    OK(cxm_model_from_parameters(json_field(one, "model")->string, Z, parameters->text,
                                 parameters->length, NULL, 0, &model, &err));
    end = (size_t)snprintf(quantity, sizeof quantity, "{\"quantity\": \"%s\"",
                           json_field(one, "reading")->string);
    for (const json *given = json_field(one, "arguments")->first; given != NULL;
         given = given->next) {
        if (strcmp(given->name, "renewals") == 0) {
            cxm_named_column column = CXM_NAMED_COLUMN("renewals", CXM_TYPE_F64, NULL, 1);
            renewals = given->number;
            column.column.data = &renewals;
            columns[count++] = column;
        } else {
            end += (size_t)snprintf(quantity + end, sizeof quantity - end, ", \"%s\": %.*s",
                                    given->name, (int)given->length, given->text);
        }
    }
    snprintf(quantity + end, sizeof quantity - end, "}");
    cxm_status status =
        cxm_model_predict(model, quantity, Z, columns, count, &got, &present, 1, &err);
    if (error != NULL) {
        CHECK(strcmp(error->string, cxm_status_name(status)) == 0);
    } else {
        GIVES(CXM_STATUS_OK, status);
        CHECK(present == 1);
        close_to(label, expected->number, got,
                 json_field(json_field(one, "tolerance"), "relative")->number *
                     fabs(expected->number));
    }
    cxm_model_free(model);
}

static void golden(int argc, char **argv) {
    unsigned long fits = 0, answers = 0;
    for (int i = 3; i < argc; i++) {
        char *text = NULL;
        json *file = json_read(argv[i], &text);
        for (const json *one = file->first; one != NULL; one = one->next) {
            char label[256];
            const json *id = json_field(one, "id"), *fit = json_field(one, "fit");
            const json *model = json_field(one, "model"), *reading = json_field(one, "reading");
            if (id == NULL || (fit == NULL && reading == NULL &&
                               json_field(one, "quantity") == NULL &&
                               json_field(one, "log_likelihood") == NULL)) {
                continue;
            }
            snprintf(label, sizeof label, "%.200s %.40s", argv[i], id->string);
            if (fit != NULL) {
                fit_case(label, one);
                fits++;
            } else {
                (model == NULL     ? spend_case
                 : reading != NULL ? contract_case
                                   : model_case)(label, one);
                answers++;
            }
        }
        json_free(file);
        free(text);
    }
    CHECK(fits > 2 && answers > 50);
    printf("%lu fits, %lu answers, ", fits, answers);
}

static const char *const WEEKS = "{\"quantity\": \"expected_transactions\", \"horizon\": 39}";

/* A model travels as a text, to the bit; anything else is refused. */
static void files(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = fitted("bg_nbd", "{\"unit\": \"week\"}"), *read = NULL;
    size_t size = 0, written = 0;
    int32_t equal = 0;
    const char *name = NULL;
    size_t name_length = 0;
    OK(cxm_model_to_json(model, NULL, 0, &size, &err));
    char *text = malloc(size + 1);
    CHECK(text != NULL);
    GIVES(CXM_STATUS_BUFFER_TOO_SMALL, cxm_model_to_json(model, text, size - 1, &written, &err));
    OK(cxm_model_to_json(model, text, size, &written, &err));
    CHECK(written == size);
    text[size] = '\0';
    OK(cxm_model_from_json(text, size, &read, &err));
    OK(cxm_model_equal(model, read, &equal, &err));
    OK(cxm_model_name(read, &name, &name_length, &err));
    CHECK(equal == 1 && name_length == 6 && memcmp(name, "bg_nbd", 6) == 0);
    cxm_model_free(read);
    for (size_t length = 0; length < size; length++) {
        GIVES(CXM_STATUS_CORRUPT_STATE, cxm_model_from_json(text, length, &read, &err));
    }
    char *version = strstr(text, "\"version\":1");
    CHECK(version != NULL);
    version[10] = '2';
    GIVES(CXM_STATUS_UNSUPPORTED_VERSION, cxm_model_from_json(text, size, &read, &err));
    GIVES(CXM_STATUS_INVALID_UTF8, cxm_model_from_json("\xff", 1, &read, &err));
    GIVES(CXM_STATUS_NULL_POINTER, cxm_model_from_json(NULL, 3, &read, &err));
    free(text);
    cxm_model_free(model);
}

/* Limits, comparison, simulation. */
static void more_answers(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = fitted("bg_nbd", NULL), *given = NULL;
    cxm_report *report = NULL;
    cxm_table *table = NULL;
    double x = 2, recency = 30.43, age = 38.86, value = 0, lower = 0, upper = 0;
    uint8_t present = 0;
    size_t rows = 0;
    char best[32];
    const cxm_named_column one[] = {CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, &x, 1),
                                    CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, &recency, 1),
                                    CXM_NAMED_COLUMN("age", CXM_TYPE_F64, &age, 1)};
    const cxm_named_column all[] = {
        CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, cdnow[0], customers),
        CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, cdnow[1], customers),
        CXM_NAMED_COLUMN("age", CXM_TYPE_F64, cdnow[2], customers)};
    OK(cxm_model_intervals(model, WEEKS, Z, one, 3, "{\"level\": 0.9}", Z, &value, &lower, &upper,
                           &present, 1, &err));
    CHECK(present == 1 && lower < value && value < upper && fabs(value - 1.226) < 1e-3);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_model_intervals(model, WEEKS, Z, one, 3, NULL, 0, &value,
                                                       &lower, NULL, &present, 1, &err));
    OK(cxm_model_from_parameters("bg_nbd", Z, "[0.2, 4.4, 0.8, 2.4]", Z, NULL, 0, &given, &err));
    GIVES(CXM_STATUS_INSUFFICIENT_DATA,
          cxm_model_intervals(given, WEEKS, Z, one, 3, NULL, 0, &value, &lower, &upper, &present, 1,
                              &err));
    OK(cxm_model_compare(all, 3, NULL, 0, &report, &err));
    text_at(report, "candidates[0].model", best, sizeof best);
    CHECK(strcmp(best, "mbg_nbd") == 0);
    cxm_report_free(report);
    report = NULL;
    GIVES(CXM_STATUS_WRONG_BATCH,
          cxm_model_back_test(model, all, 3, "{\"horizon\": 39}", Z, &report, &err));
    CHECK(report == NULL);
    OK(cxm_model_simulate(model, "{\"ages\": {\"same\": {\"customers\": 50, \"age\": 39}}}", Z,
                          &table, &err));
    OK(cxm_table_rows(table, &rows, &err));
    CHECK(rows == 50);
    cxm_table_free(table);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_model_simulate(model, NULL, 0, NULL, &err));
    cxm_model_free(given);
    cxm_model_free(model);
}

static void bad_fits(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *made = NULL;
    double x[] = {0, 2, 1}, recency[] = {0, 30, 40}, age[] = {38, 38, 39};
    const double gaps[] = {0, NAN, 2};
    cxm_named_column columns[] = {CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, x, 3),
                                  CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, recency, 3),
                                  CXM_NAMED_COLUMN("age", CXM_TYPE_F64, age, 3),
                                  CXM_NAMED_COLUMN("profit", CXM_TYPE_F64, age, 3)};
    const cxm_status observation = CXM_STATUS_INVALID_OBSERVATION, batch = CXM_STATUS_WRONG_BATCH;

    GIVES(observation, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    CHECK(err.row == 2 && strstr(err.message, "recency") != NULL);
    recency[2] = -1;
    GIVES(observation, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    recency[2] = 20;
    x[1] = 1.5;
    GIVES(observation, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    CHECK(err.row == 1 && strstr(err.message, "frequency") != NULL);
    columns[0].column.data = gaps;
    GIVES(observation, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    CHECK(err.row == 1);
    columns[0].column.data = x;
    x[1] = 0;
    recency[1] = 0;
    x[2] = 0;
    recency[2] = 0;
    GIVES(CXM_STATUS_INSUFFICIENT_DATA, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    x[1] = 2;
    recency[1] = 30;
    GIVES(batch, cxm_model_fit("bg_nbd", Z, columns, 4, NULL, 0, &made, &err));
    GIVES(batch, cxm_model_fit("bg_nbd", Z, columns, 2, NULL, 0, &made, &err));
    GIVES(batch, cxm_model_fit("bg_nbd", Z, NULL, 0, NULL, 0, &made, &err));
    columns[1].column.length = 2;
    GIVES(batch, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    columns[1].column.length = 0;
    columns[0].column.length = 0;
    columns[2].column.length = 0;
    GIVES(CXM_STATUS_INSUFFICIENT_DATA, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_model_fit("lstm", Z, columns, 3, NULL, 0, &made, &err));
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_model_fit("bg_nbd", Z, columns, 3, "{\"units\": \"week\"}", Z, &made, &err));
    GIVES(CXM_STATUS_INVALID_JSON, cxm_model_fit("bg_nbd", Z, columns, 3, "{", Z, &made, &err));
    GIVES(CXM_STATUS_NULL_POINTER, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, NULL, &err));
    GIVES(CXM_STATUS_NULL_POINTER, cxm_model_fit(NULL, Z, columns, 3, NULL, 0, &made, &err));
    columns[0].struct_size = 8;
    GIVES(CXM_STATUS_WRONG_STRUCT_SIZE, cxm_model_fit("bg_nbd", Z, columns, 3, NULL, 0, &made, &err));
    CHECK(made == NULL);
}

static void bad_questions(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL, *other = NULL;
    cxm_report *report = NULL;
    const char *known = "{\"r\": 0.243, \"alpha\": 4.414, \"a\": 0.793, \"b\": 2.426}";
    double x[] = {2, 0}, recency[] = {30.43, 0}, age = 38.86, answers[2] = {-1, -1};
    cxm_named_column columns[] = {CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, x, 2),
                                  CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, recency, 2),
                                  CXM_NAMED_COLUMN("age", CXM_TYPE_F64, &age, 1)};
    uint8_t present[2] = {7, 7};
    size_t size = 0;
    int32_t equal = 0;
    const cxm_status argument = CXM_STATUS_INVALID_ARGUMENT, null = CXM_STATUS_NULL_POINTER;

    OK(cxm_model_from_parameters("bg_nbd", Z, known, Z, NULL, 0, &model, &err));
    OK(cxm_model_predict(model, WEEKS, Z, columns, 3, answers, present, 2, &err));
    CHECK(fabs(answers[0] - 1.226) < 1e-3 && present[0] == 1 && present[1] == 1);
    /* one answer, and nothing that is said of nobody */
    OK(cxm_model_predict(model, WEEKS, Z, NULL, 0, answers, NULL, 2, &err));
    CHECK(answers[0] == answers[1] && answers[0] > 1.0);
    OK(cxm_model_predict(model, WEEKS, Z, NULL, 0, NULL, NULL, 0, &err));
    answers[0] = -1;
    recency[0] = 50;
    GIVES(CXM_STATUS_INVALID_OBSERVATION,
          cxm_model_predict(model, WEEKS, Z, columns, 3, answers, present, 2, &err));
    CHECK(err.row == 0 && answers[0] == -1);
    recency[0] = 30.43;
    GIVES(CXM_STATUS_WRONG_BATCH,
          cxm_model_predict(model, WEEKS, Z, columns, 3, answers, present, 1, &err));
    GIVES(CXM_STATUS_WRONG_BATCH,
          cxm_model_predict(model, WEEKS, Z, columns, 2, answers, present, 2, &err));
    GIVES(CXM_STATUS_NOT_FOUND, cxm_model_predict(model, "{\"quantity\": \"profit\"}", Z, NULL, 0,
                                                  answers, present, 1, &err));
    GIVES(argument, cxm_model_predict(model, "{\"quantity\": \"expected_transactions\"}", Z, NULL,
                                      0, answers, present, 1, &err));
    GIVES(argument,
          cxm_model_predict(model, "{\"quantity\": \"expected_transactions\", \"horizon\": -1}", Z,
                            NULL, 0, answers, present, 1, &err));
    GIVES(argument, cxm_model_predict(model, NULL, 0, NULL, 0, answers, present, 1, &err));
    /* a customer who may have left need not buy again: no answer, and room to say so */
    const char *next = "{\"quantity\": \"time_to_next_transaction\", \"probability\": 0.99}";
    GIVES(CXM_STATUS_INSUFFICIENT_DATA,
          cxm_model_predict(model, next, Z, columns, 3, answers, NULL, 2, &err));
    OK(cxm_model_predict(model, next, Z, columns, 3, answers, present, 2, &err));
    CHECK(present[0] == 0 && answers[0] == 0);
    GIVES(null, cxm_model_predict(model, WEEKS, Z, columns, 3, NULL, present, 2, &err));
    GIVES(null, cxm_model_predict(NULL, WEEKS, Z, columns, 3, answers, present, 2, &err));
    GIVES(CXM_STATUS_BAD_MEMORY,
          cxm_model_predict(model, WEEKS, Z, columns, 3, (double *)(void *)((char *)answers + 1),
                            present, 2, &err));
    GIVES(argument, cxm_model_summary(model, "{\"level\": 95}", Z, &report, &err));
    GIVES(null, cxm_model_summary(model, NULL, 0, NULL, &err));
    GIVES(null, cxm_model_equal(model, NULL, &equal, &err));
    GIVES(null, cxm_model_to_json(model, NULL, 0, NULL, &err));
    GIVES(null, cxm_model_log_likelihood(model, columns, 3, NULL, &err));
    GIVES(CXM_STATUS_WRONG_HANDLE, cxm_report_json((cxm_report *)model, NULL, 0, &size, &err));
    GIVES(argument, cxm_model_from_parameters("bg_nbd", Z, "{\"r\": 1}", Z, NULL, 0, &other, &err));
    CHECK(strstr(err.message, "alpha") != NULL);
    GIVES(argument, cxm_model_from_parameters("bg_nbd", Z, "[0.2, 4.4, 0.8, -2.4]", Z, NULL, 0,
                                              &other, &err));
    GIVES(argument, cxm_model_from_parameters("bg_nbd", Z, known, Z, "{\"unit\": \"moon\"}", Z,
                                              &other, &err));
    CHECK(other == NULL);
    cxm_model_free(model);
    cxm_model_free(NULL);
}

int main(int argc, char **argv) {
    CHECK(argc > 3);
    customers = read_rows(argv[1], cdnow);
    patterns = read_rows(argv[2], donations);
    CHECK(customers == 2357 && patterns == 22);
    for (size_t row = 0; row < customers; row++) {
        cdnow[1][row] /= 7;
        cdnow[2][row] /= 7;
    }
    golden(argc, argv);
    files();
    more_answers();
    bad_fits();
    bad_questions();
    printf("%lu checks\n", checks_made);
    if (failures > 0) {
        fprintf(stderr, "%lu differences\n", failures);
        return 1;
    }
    return 0;
}
