/* Survival through C: curves as tables, a log-rank test over the states of calculators, a Cox
   regression over columns. The numbers are those of Gehan's trial of 6-MP, weeks of remission. */
#include <math.h>

#include "check.h"

enum { ROWS = 21 };

static const uint8_t DRUG[ROWS] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16,
                                   17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
static const uint8_t DRUG_SEEN[ROWS] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1,
                                        0, 0, 0, 1, 1, 0, 0, 0, 0, 0};
static const uint8_t PLACEBO[ROWS] = {1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
                                      8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
static const uint8_t PLACEBO_SEEN[ROWS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                           1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static cxm_calculator *lifetimes(const uint8_t *weeks, const uint8_t *seen) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *calculator = NULL;
    const cxm_column durations = CXM_COLUMN(CXM_TYPE_U8, weeks, ROWS);
    const cxm_column observed = CXM_COLUMN(CXM_TYPE_U8, seen, ROWS);
    cxm_batch batch;
    OK(cxm_calculator_new("lifetimes", Z, NULL, 0, &calculator, &err));
    cxm_batch_durations(&batch, &durations, &observed, NULL, NULL, NULL);
    OK(cxm_calculator_update(calculator, &batch, &err));
    return calculator;
}

static void near(const cxm_report *report, const char *path, double expected) {
    cxm_error err = CXM_ERROR_INIT;
    double value = 0;
    int32_t has_value = 0;
    OK(cxm_report_number(report, path, Z, &value, &has_value, &err));
    CHECK(has_value && fabs(value - expected) <= 1e-9 * fabs(expected));
}

/* What is at risk in a state, as JSON text. */
static size_t counts(const cxm_calculator *calculator, char *text, size_t capacity) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *report = NULL;
    size_t written = 0;
    OK(cxm_calculator_ask(calculator, "risk_table", Z, NULL, 0, &report, &err));
    OK(cxm_report_json(report, text, capacity, &written, &err));
    cxm_report_free(report);
    return written;
}

static void log_rank(const cxm_calculator *drug, const cxm_calculator *placebo) {
    static char first[4096], second[4096], arguments[10000];
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *report = NULL;
    int a = (int)counts(drug, first, sizeof first);
    int b = (int)counts(placebo, second, sizeof second);
    int length = snprintf(arguments, sizeof arguments,
                          "{\"groups\": [{\"risk_table\": %.*s}, {\"risk_table\": %.*s}]}", a,
                          first, b, second);
    CHECK(length > 0 && (size_t)length < sizeof arguments);
    OK(cxm_call("log_rank", Z, arguments, (size_t)length, &report, &err));
    near(report, "statistic", 16.7929409892);
    near(report, "groups[1].expected", 10.749499052);
    cxm_report_free(report);
}

static void curve(const cxm_calculator *drug) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_table *table = NULL;
    size_t rows = 0, column = 0;
    double survival[4];
    uint8_t valid[4];
    OK(cxm_calculator_tabulate(drug, "kaplan_meier", Z, "{\"times\": [6, 7, 10, 36]}", Z, &table,
                               &err));
    OK(cxm_table_rows(table, &rows, &err));
    CHECK(rows == 4);
    OK(cxm_table_find(table, "survival", Z, &column, &err));
    OK(cxm_table_floats(table, column, survival, valid, 4, &err));
    CHECK(fabs(survival[0] - 0.857142857143) < 1e-11 && fabs(survival[2] - 0.752941176471) < 1e-11);
    CHECK(valid[2] && !valid[3]);
    cxm_table_free(table);
}

static void cox(void) {
    static char arguments[4096];
    cxm_error err = CXM_ERROR_INIT;
    cxm_report *report = NULL;
    size_t length = 0;
    const uint8_t *columns[3][2] = {{DRUG, PLACEBO}, {DRUG_SEEN, PLACEBO_SEEN}, {NULL, NULL}};
    const char *names[3] = {"{\"durations\": [", "], \"observed\": [", "], \"covariates\": {\"drug\": ["};
    for (int column = 0; column < 3; column++) {
        length += (size_t)snprintf(arguments + length, sizeof arguments - length, "%s",
                                   names[column]);
        for (int row = 0; row < 2 * ROWS; row++) {
            const uint8_t *cells = columns[column][row / ROWS];
            int cell = cells != NULL ? cells[row % ROWS] : row < ROWS;
            length += (size_t)snprintf(arguments + length, sizeof arguments - length, "%s%d",
                                       row > 0 ? "," : "", cell);
        }
    }
    length += (size_t)snprintf(arguments + length, sizeof arguments - length, "]}}");
    CHECK(length < sizeof arguments);
    OK(cxm_call("cox", Z, arguments, length, &report, &err));
    near(report, "coefficients[0]", -1.57212514883);
    near(report, "standard_errors[0]", 0.412396717709);
    near(report, "log_likelihood", -85.0084245774);
    cxm_report_free(report);
    report = NULL;
    GIVES(CXM_STATUS_INVALID_ARGUMENT, cxm_call("cox", Z, "{}", Z, &report, &err));
    CHECK(strstr(err.message, "durations") != NULL);
}

int main(void) {
    cxm_calculator *drug = lifetimes(DRUG, DRUG_SEEN);
    cxm_calculator *placebo = lifetimes(PLACEBO, PLACEBO_SEEN);
    curve(drug);
    log_rank(drug, placebo);
    cox();
    cxm_calculator_free(drug);
    cxm_calculator_free(placebo);
    printf("survival: %lu checks\n", checks_made);
    return 0;
}
