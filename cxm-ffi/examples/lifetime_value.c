/*
 * Who of a few customers will buy again, and what that is worth: a BG/NBD of known parameters, or
 * one that is fitted to a file of "frequency,recency,age" in weeks, one customer a line.
 *
 *   cc -std=c99 lifetime_value.c $(pkg-config --cflags --libs cxm) -o lifetime_value
 *   ./lifetime_value histories.csv
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxm.h"

enum { MOST = 100000, SHOWN = 5 };

static double frequency[MOST], recency[MOST], age[MOST];

/* One place for errors: every call goes through it. */
static void must(cxm_status status, const cxm_error *err) {
    if (status != CXM_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", cxm_status_name(status), err->message);
        exit(1);
    }
}

static size_t read_histories(const char *path) {
    char line[256];
    size_t rows = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    while (rows < MOST && fgets(line, sizeof line, file) != NULL) {
        /* A line that is no customer is the heading. */
        if (sscanf(line, "%lf,%lf,%lf", &frequency[rows], &recency[rows], &age[rows]) == 3) {
            rows++;
        }
    }
    fclose(file);
    return rows;
}

/* Repeat purchases, age at the last one, age now; in weeks. */
static size_t built_in(void) {
    static const double rows[][3] = {
        {2, 30.43, 38.86}, {26, 30.86, 31}, {0, 0, 38.86}, {10, 12, 39}, {1, 1.71, 38.86}};
    for (size_t row = 0; row < SHOWN; row++) {
        frequency[row] = rows[row][0];
        recency[row] = rows[row][1];
        age[row] = rows[row][2];
    }
    return SHOWN;
}

/* Answers for the first customers, written into `answers`. */
static void ask(const cxm_model *model, const char *quantity, double *answers, size_t rows) {
    cxm_error err = CXM_ERROR_INIT;
    const cxm_named_column whom[] = {CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, frequency, rows),
                                     CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, recency, rows),
                                     CXM_NAMED_COLUMN("age", CXM_TYPE_F64, age, rows)};
    must(cxm_model_predict(model, quantity, CXM_NUL_TERMINATED, whom, 3, answers, NULL, rows, &err),
         &err);
}

int main(int argc, char **argv) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_model *model = NULL;
    cxm_report *summary = NULL;
    size_t rows = argc > 1 ? read_histories(argv[1]) : built_in();

    if (argc > 1) {
        const cxm_named_column columns[] = {
            CXM_NAMED_COLUMN("frequency", CXM_TYPE_F64, frequency, rows),
            CXM_NAMED_COLUMN("recency", CXM_TYPE_F64, recency, rows),
            CXM_NAMED_COLUMN("age", CXM_TYPE_F64, age, rows)};
        must(cxm_model_fit("bg_nbd", CXM_NUL_TERMINATED, columns, 3, "{\"unit\": \"week\"}",
                           CXM_NUL_TERMINATED, &model, &err),
             &err);
    } else {
        const char *known = "{\"r\": 0.243, \"alpha\": 4.414, \"a\": 0.793, \"b\": 2.426}";
        must(cxm_model_from_parameters("bg_nbd", CXM_NUL_TERMINATED, known, strlen(known), NULL, 0,
                                       &model, &err),
             &err);
    }

    /* How far it can be trusted comes with it. */
    const char *message = NULL;
    size_t length = 0;
    double r = 0.0;
    must(cxm_model_summary(model, NULL, 0, &summary, &err), &err);
    must(cxm_report_number(summary, "parameters.r", CXM_NUL_TERMINATED, &r, NULL, &err), &err);
    must(cxm_report_text(summary, "diagnosis.message", CXM_NUL_TERMINATED, &message, &length, &err),
         &err);
    printf("r %.4f: %.*s\n", r, (int)length, message);

    /* A year ahead, and the whole future at 15 % a year. */
    double alive[SHOWN], expected[SHOWN], residual[SHOWN];
    size_t shown = rows < SHOWN ? rows : SHOWN;
    ask(model, "{\"quantity\": \"probability_alive\"}", alive, shown);
    ask(model, "{\"quantity\": \"expected_transactions\", \"horizon\": 52}", expected, shown);
    ask(model,
        "{\"quantity\": \"discounted_expected_residual_transactions\", "
        "\"discount\": {\"rate\": 0.15, \"per\": \"year\"}}",
        residual, shown);
    for (size_t row = 0; row < shown; row++) {
        printf("%2.0f repeats, last at %5.2f of %5.2f weeks: alive %.3f, next year %6.3f, "
               "ever %6.3f\n",
               frequency[row], recency[row], age[row], alive[row], expected[row], residual[row]);
    }

    /* The model travels as a small text. */
    size_t size = 0;
    must(cxm_model_to_json(model, NULL, 0, &size, &err), &err);
    printf("the model file has %lu bytes\n", (unsigned long)size);

    cxm_report_free(summary);
    cxm_model_free(model);
    return 0;
}
