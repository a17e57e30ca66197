/* Covariates, whole limits, posteriors and progress through C, and what a program can do wrong with
   them. Arguments: the customers of CDNOW, then the golden files, of which one is of covariates. */
#include <math.h>

#include "check.h"
#include "json.h"

enum { MOST = 2400, CELLS = 6 };

/* Frequency, recency and age in weeks, mean spend, and the covariates of the golden cases. */
static double cdnow[CELLS][MOST];
static const char *const NAMES[CELLS] = {"frequency", "recency", "age", "monetary_value", "late",
                                         "week"};
static size_t customers = 0;

static void read_customers(const char *path) {
    char line[256];
    FILE *file = fopen(path, "r");
    CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
    for (; fgets(line, sizeof line, file) != NULL; customers++) {
        double recency = 0.0, age = 0.0;
        CHECK(customers < MOST && sscanf(line, "%lf,%lf,%lf,%lf", &cdnow[0][customers], &recency,
                                         &age, &cdnow[3][customers]) == 4);
        cdnow[1][customers] = recency / 7;
        cdnow[2][customers] = age / 7;
        cdnow[4][customers] = age < 228 ? 1 : 0;
        cdnow[5][customers] = floor((272 - age) / 7);
    }
    fclose(file);
    CHECK(customers == 2357);
}

/* The columns at these places, a number each. */
static size_t columns_at(const char *places, size_t rows, cxm_named_column *columns) {
    size_t count = 0;
    for (; places[count] != '\0'; count++) {
        int place = places[count] - '0';
        const cxm_named_column column =
            CXM_NAMED_COLUMN(NAMES[place], CXM_TYPE_F64, cdnow[place], rows);
        columns[count] = column;
    }
    return count;
}

static cxm_model *fitted(const char *name, const char *places, const char *options) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_named_column columns[CELLS];
    cxm_model *model = NULL;
    size_t count = columns_at(places, customers, columns);
    OK(cxm_model_fit(name, Z, columns, count, options, options == NULL ? 0 : Z, &model, &err));
    return model;
}

static const char *const HISTORY = "012";
static const char *const BOTH = "{\"purchase_covariates\": [\"late\", \"week\"], "
                                "\"dropout_covariates\": [\"late\"]}";
static const char *const WEEKS = "{\"quantity\": \"expected_transactions\", \"horizon\": 39}";

static void close_to(const char *label, double expected, double got, double allowed) {
    checks_made++;
    if (!(fabs(expected - got) <= allowed)) {
        fprintf(stderr, "%s: expected %.17g, got %.17g\n", label, expected, got);
        exit(1);
    }
}

static double number_at(const cxm_report *report, const char *path) {
    cxm_error err = CXM_ERROR_INIT;
    double number = 0.0;
    OK(cxm_report_number(report, path, Z, &number, NULL, &err));
    return number;
}

static void fit_case(const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    const json *expected = json_field(one, "expected"), *tolerance = json_field(one, "tolerance");
    const json *parameters = json_field(expected, "parameters");
    const char *name = json_field(one, "covariate_fit")->string;
    cxm_model *model = fitted(name, "01245", BOTH);
    cxm_report *summary = NULL;
    char path[64];
    size_t place = 0;
    OK(cxm_model_summary(model, NULL, 0, &summary, &err));
    close_to(name, json_field(expected, "log_likelihood")->number,
             number_at(summary, "log_likelihood"),
             json_field(tolerance, "log_likelihood_absolute")->number);
    for (const json *item = parameters->first; item != NULL; item = item->next, place++) {
        const char *parameter = NULL;
        size_t length = 0;
        OK(cxm_report_field(summary, "parameters", Z, place, &parameter, &length, &err));
        snprintf(path, sizeof path, "parameters.%.*s", (int)length, parameter);
        close_to(name, item->number, number_at(summary, path),
                 json_field(tolerance, "parameters_relative")->number * item->number);
    }
    place = 0;
    const json *error = json_field(expected, "coefficient_errors")->first;
    for (const json *item = json_field(expected, "coefficients")->first; item != NULL;
         item = item->next, error = error->next, place++) {
        snprintf(path, sizeof path, "coefficients[%zu].value", place);
        close_to(name, item->number, number_at(summary, path),
                 json_field(tolerance, "coefficients_absolute")->number);
        snprintf(path, sizeof path, "coefficients[%zu].standard_error", place);
        close_to(name, error->number, number_at(summary, path),
                 json_field(tolerance, "standard_errors_relative")->number * error->number);
    }
    CHECK(place == 3 && number_at(summary, "likelihood_ratio.degrees_of_freedom") == 3);
    cxm_report_free(summary);
    cxm_model_free(model);
}

static size_t numbers_of(const json *fields, cxm_named_column *columns, double *cells) {
    size_t count = 0;
    for (const json *field = fields->first; field != NULL; field = field->next, count++) {
        cells[count] = field->number;
        const cxm_named_column column =
            CXM_NAMED_COLUMN(field->name, CXM_TYPE_F64, &cells[count], 1);
        columns[count] = column;
    }
    return count;
}

static void answer_case(const json *one) {
    cxm_error err = CXM_ERROR_INIT;
    const char *name = json_field(one, "covariate_model")->string;
    const json *parameters = json_field(one, "parameters");
    const json *purchase = json_field(one, "purchase_covariates");
    const json *dropout = json_field(one, "dropout_covariates");
    const json *quantity = json_field(one, "quantity_asked"), *expected = json_field(one, "expected");
    cxm_model *model = NULL;
    cxm_named_column columns[8];
    double cells[8], got = 0.0;
    char options[512];
    snprintf(options, sizeof options,
             "{\"purchase_covariates\": %.*s, \"dropout_covariates\": %.*s}",
             (int)purchase->length, purchase->text, (int)dropout->length, dropout->text);
    OK(cxm_model_from_parameters(name, Z, parameters->text, parameters->length, options, Z, &model,
                                 &err));
    size_t count = numbers_of(json_field(one, "history"), columns, cells);
    count += numbers_of(json_field(one, "covariates"), columns + count, cells + count);
    OK(cxm_model_predict(model, quantity->text, quantity->length, columns, count, &got, NULL, 1,
                         &err));
    close_to(json_field(one, "id")->string, expected->number, got,
             json_field(json_field(one, "tolerance"), "relative")->number * expected->number);
    /* without its covariates a customer is nobody */
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_model_predict(model, quantity->text, quantity->length,
                                                    columns, 3, &got, NULL, 1, &err));
    CHECK(strstr(err.message, "late") != NULL);
    cxm_model_free(model);
}

static void golden(int argc, char **argv) {
    size_t fits = 0, answers = 0;
    for (int i = 2; i < argc; i++) {
        char *text = NULL;
        json *file = json_read(argv[i], &text);
        for (const json *one = file->first; one != NULL; one = one->next) {
            if (json_field(one, "covariate_fit") != NULL) {
                fit_case(one);
                fits++;
            } else if (json_field(one, "covariate_model") != NULL) {
                answer_case(one);
                answers++;
            }
        }
        json_free(file);
        free(text);
    }
    CHECK(fits == 3 && answers == 12);
}

/* A model with covariates travels as a text; its limits follow those of the covariates. */
static void covariates(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = fitted("pareto_nbd", "01245", BOTH), *read = NULL;
    cxm_model *made = NULL;
    cxm_named_column columns[CELLS];
    double values[5], lower[5], upper[5];
    char text[1 << 14];
    size_t written = 0;
    int32_t equal = 0;
    OK(cxm_model_to_json(model, text, sizeof text, &written, &err));
    OK(cxm_model_from_json(text, written, &read, &err));
    OK(cxm_model_equal(model, read, &equal, &err));
    CHECK(equal == 1);
    GIVES(CXM_STATUS_CORRUPT_STATE, cxm_model_from_json(text, written - 1, &made, &err));
    size_t count = columns_at("01245", 5, columns);
    OK(cxm_model_intervals(read, WEEKS, Z, columns, count, "{\"level\": 0.9}", Z, values, lower,
                           upper, NULL, 5, &err));
    for (size_t row = 0; row < 5; row++) {
        CHECK(lower[row] < values[row] && values[row] < upper[row]);
    }
    count = columns_at("0125", customers, columns);
    GIVES(CXM_STATUS_WRONG_BATCH,
          cxm_model_fit("bg_nbd", Z, columns, count, BOTH, Z, &made, &err));
    CHECK(strstr(err.message, "late") != NULL);
    count = columns_at("01245", customers, columns);
    GIVES(CXM_STATUS_NOT_OFFERED,
          cxm_model_fit("nbd", Z, columns, count, BOTH, Z, &made, &err));
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_model_fit("bg_nbd", Z, columns, count, "{\"dropout_covariates\": [\"age\"]}", Z,
                        &made, &err));
    CHECK(made == NULL);
    cxm_model_free(read);
    cxm_model_free(model);
}

typedef struct heard {
    uint64_t calls, done, total, stop_at;
} heard;

static int32_t listen(void *user_data, uint64_t done, uint64_t total) {
    heard *what = user_data;
    what->calls++;
    what->done = done;
    what->total = total;
    return what->stop_at != 0 && what->calls >= what->stop_at ? 7 : 0;
}

static cxm_posterior *drawn(const cxm_model *model, const char *places, const char *options) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_named_column columns[CELLS];
    cxm_posterior *posterior = NULL;
    size_t count = columns_at(places, customers, columns);
    OK(cxm_model_posterior(model, columns, count, options, Z, NULL, NULL, &posterior, &err));
    return posterior;
}

static void progress(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL, *silent = fitted("bg_nbd", HISTORY, NULL), *stopped = NULL;
    cxm_posterior *posterior = NULL;
    cxm_named_column columns[CELLS];
    heard all = {0, 0, 0, 0}, part = {0, 0, 0, 2};
    size_t count = columns_at(HISTORY, customers, columns);
    int32_t equal = 0;
    OK(cxm_model_fit_with_progress("bg_nbd", Z, columns, count, NULL, 0, listen, &all, &model,
                                   &err));
    CHECK(all.calls > 2 && all.done == all.calls && all.total == 0);
    OK(cxm_model_equal(model, silent, &equal, &err));
    CHECK(equal == 1);
    GIVES(CXM_STATUS_CANCELLED, cxm_model_fit_with_progress("bg_nbd", Z, columns, count, NULL, 0,
                                                            listen, &part, &stopped, &err));
    CHECK(part.calls == 2 && stopped == NULL && strstr(err.message, "7") != NULL);
    OK(cxm_model_posterior(model, columns, count, "{\"draws\": 200}", Z, listen, &all, &posterior,
                           &err));
    CHECK(all.done == 200 && all.total == 200);
    cxm_posterior_free(posterior);
    posterior = NULL;
    part.calls = 0;
    GIVES(CXM_STATUS_CANCELLED, cxm_model_posterior(model, columns, count, NULL, 0, listen, &part,
                                                    &posterior, &err));
    CHECK(part.calls == 2 && posterior == NULL);
    cxm_model_free(silent);
    cxm_model_free(model);
}

/* Draws of purchases and of spend, alone and together. */
static void posteriors(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = fitted("bg_nbd", HISTORY, NULL), *spends = fitted("gamma_gamma", "03", NULL);
    cxm_posterior *purchases = drawn(model, HISTORY, "{\"draws\": 300, \"seed\": 3}");
    cxm_posterior *spend = drawn(spends, "03", "{\"draws\": 300, \"seed\": 4}");
    cxm_posterior *none = NULL;
    cxm_named_column columns[CELLS];
    cxm_report *summary = NULL;
    cxm_table *draws = NULL;
    double values[5], lower[5], upper[5], held[5], r[300], weights[300], sum = 0, mean = 0;
    uint64_t least[5], most[5], wider[5];
    uint8_t present[5];
    size_t rows = 0, position = 0;
    int32_t reliable = 0;
    const char *ask = "{\"margin\": 0.3, \"discount\": 0.0027, \"level\": 0.9}";
    const char *year = "{\"horizon\": 52, \"level\": 0.9}";

    OK(cxm_posterior_summary(purchases, NULL, 0, &summary, &err));
    OK(cxm_report_bool(summary, "diagnosis.reliable", Z, &reliable, NULL, &err));
    CHECK(reliable == 1);
    OK(cxm_posterior_draws(purchases, &draws, &err));
    OK(cxm_table_rows(draws, &rows, &err));
    CHECK(rows == 300);
    OK(cxm_table_find(draws, "weight", Z, &position, &err));
    OK(cxm_table_floats(draws, position, weights, NULL, 300, &err));
    OK(cxm_table_find(draws, "r", Z, &position, &err));
    OK(cxm_table_floats(draws, position, r, NULL, 300, &err));
    for (size_t row = 0; row < rows; row++) {
        sum += weights[row];
        mean += weights[row] * r[row];
    }
    close_to("sum of weights", 1, sum, 1e-12);
    close_to("mean of r", number_at(summary, "parameters[0].mean"), mean, 1e-12);

    size_t count = columns_at(HISTORY, 5, columns);
    OK(cxm_posterior_intervals(purchases, WEEKS, Z, columns, count, "{\"level\": 0.9}", Z, values,
                               lower, upper, present, 5, &err));
    CHECK(lower[0] < values[0] && values[0] < upper[0] && present[4] == 1);
    OK(cxm_model_predictive_intervals(model, columns, count, year, Z, values, least, most, held, 5,
                                      &err));
    CHECK(least[0] <= most[0] && held[0] >= 0.9 && values[0] > 0);
    OK(cxm_posterior_predictive_intervals(purchases, columns, count, year, Z, NULL, least, wider,
                                          NULL, 5, &err));
    CHECK(wider[0] >= most[0]);
    count = columns_at("0123", 5, columns);
    OK(cxm_posterior_lifetime_value(purchases, spend, columns, count, ask, Z, values, lower, upper,
                                    present, 5, &err));
    for (size_t row = 0; row < 5; row++) {
        CHECK(present[row] == 1 && lower[row] < values[row] && values[row] < upper[row]);
    }
    /* a new customer */
    OK(cxm_posterior_lifetime_value(purchases, spend, NULL, 0, ask, Z, values, lower, upper, NULL,
                                    1, &err));
    CHECK(lower[0] < values[0] && values[0] < upper[0]);
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_posterior_lifetime_value(spend, purchases, columns, count, ask, Z, values, lower,
                                       upper, present, 5, &err));
    GIVES(CXM_STATUS_NOT_OFFERED, cxm_posterior_predictive_intervals(spend, columns, count, year, Z,
                                                                     NULL, least, most, NULL, 5,
                                                                     &err));
    /* other customers than those of the fit, parameters that nobody fitted, unknown methods */
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_model_posterior(model, columns, 3, NULL, 0, NULL, NULL,
                                                           &none, &err));
    count = columns_at(HISTORY, customers, columns);
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_model_posterior(model, columns, count, "{\"method\": \"gibbs\"}", Z, NULL, NULL,
                              &none, &err));
    cxm_status sampled = cxm_model_posterior(
        model, columns, count, "{\"method\": \"nuts\", \"draws\": 50, \"warm_up\": 50}", Z, NULL,
        NULL, &none, &err);
    CHECK(sampled == CXM_STATUS_OK ||
          (sampled == CXM_STATUS_NOT_OFFERED && strstr(err.message, "nuts") != NULL));
    cxm_posterior_free(none);
    cxm_table_free(draws);
    cxm_report_free(summary);
    cxm_posterior_free(spend);
    cxm_posterior_free(purchases);
    cxm_model_free(spends);
    cxm_model_free(model);
}

/* What a freed handle begins with, in memory that is still the program's. */
static uint64_t freed[64] = {0xdeadc0dedeadc0deULL};

static void bad_handles(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = fitted("bg_nbd", HISTORY, NULL);
    cxm_posterior *posterior = drawn(model, HISTORY, "{\"draws\": 100}"), *none = NULL;
    cxm_named_column columns[CELLS];
    cxm_report *report = NULL;
    cxm_table *table = NULL;
    double x[1], y[1], z[1];
    uint64_t low[1], high[1] = {77};
    size_t count = columns_at(HISTORY, 1, columns);
    const char *year = "{\"horizon\": 52}";
    const cxm_status null = CXM_STATUS_NULL_POINTER, wrong = CXM_STATUS_WRONG_HANDLE;
    const cxm_posterior *const others[] = {NULL, (cxm_posterior *)(void *)model,
                                           (cxm_posterior *)(void *)freed};
    for (size_t place = 0; place < 3; place++) {
        const cxm_posterior *other = others[place];
        const cxm_status bad = other == NULL ? null : wrong;
        GIVES(bad, cxm_posterior_summary(other, NULL, 0, &report, &err));
        GIVES(bad, cxm_posterior_draws(other, &table, &err));
        GIVES(bad, cxm_posterior_intervals(other, WEEKS, Z, columns, count, NULL, 0, x, y, z, NULL,
                                           1, &err));
        GIVES(bad, cxm_posterior_predictive_intervals(other, columns, count, year, Z, x, low, high,
                                                      y, 1, &err));
        GIVES(bad, cxm_posterior_lifetime_value(other, posterior, columns, count, NULL, 0, x, y, z,
                                                NULL, 1, &err));
        GIVES(bad, cxm_posterior_lifetime_value(posterior, other, columns, count, NULL, 0, x, y, z,
                                                NULL, 1, &err));
    }
    const cxm_model *const models[] = {NULL, (cxm_model *)(void *)posterior,
                                       (cxm_model *)(void *)freed};
    for (size_t place = 0; place < 3; place++) {
        const cxm_status bad = models[place] == NULL ? null : wrong;
        GIVES(bad, cxm_model_posterior(models[place], columns, count, NULL, 0, NULL, NULL, &none,
                                       &err));
        GIVES(bad, cxm_model_predictive_intervals(models[place], columns, count, year, Z, x, low,
                                                  high, y, 1, &err));
    }
    GIVES(null, cxm_model_posterior(model, NULL, 3, NULL, 0, NULL, NULL, &none, &err));
    GIVES(null, cxm_model_posterior(model, columns, count, NULL, 0, NULL, NULL, NULL, &err));
    GIVES(null, cxm_model_fit_with_progress(NULL, Z, columns, count, NULL, 0, NULL, NULL, NULL,
                                            &err));
    GIVES(null, cxm_posterior_summary(posterior, NULL, 0, NULL, &err));
    GIVES(null, cxm_posterior_draws(posterior, NULL, &err));
    GIVES(null, cxm_model_predictive_intervals(model, columns, count, year, Z, x, NULL, high, y, 1,
                                               &err));
    GIVES(null, cxm_posterior_predictive_intervals(posterior, columns, count, year, Z, x, low, NULL,
                                                   y, 1, &err));
    GIVES(null, cxm_posterior_intervals(posterior, WEEKS, Z, columns, count, NULL, 0, x, NULL, z,
                                        NULL, 1, &err));
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_model_predictive_intervals(model, columns, count, NULL,
                                                                      0, x, low, high, y, 1, &err));
    GIVES(CXM_STATUS_BAD_MEMORY,
          cxm_model_predictive_intervals(model, columns, count, year, Z, x, low,
                                         (uint64_t *)(void *)((char *)high + 1), y, 1, &err));
    CHECK(high[0] == 77 && none == NULL && report == NULL && table == NULL);
    OK(cxm_model_predictive_intervals(model, NULL, 0, year, Z, NULL, NULL, NULL, NULL, 0, &err));
    cxm_posterior_free(NULL);
    cxm_posterior_free((cxm_posterior *)(void *)model); /* left alone */
    cxm_posterior_free((cxm_posterior *)(void *)freed);
    OK(cxm_model_summary(model, NULL, 0, &report, &err));
    cxm_report_free(report);
    cxm_posterior_free(posterior);
    cxm_model_free(model);
}

int main(int argc, char **argv) {
    CHECK(argc > 2);
    read_customers(argv[1]);
    golden(argc, argv);
    covariates();
    progress();
    posteriors();
    bad_handles();
    printf("%lu checks\n", checks_made);
    return 0;
}
