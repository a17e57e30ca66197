/*
 * The Net Promoter Score of a file of ratings, one a line ("9" or "gold 9"), or of a few built in.
 *
 *   cc -std=c99 quickstart.c $(pkg-config --cflags --libs cxm) -o quickstart
 *   ./quickstart ratings.txt
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxm.h"

enum { MOST = 100000, NAME = 32 };

static char segments[MOST][NAME];
static cxm_text keys[MOST];
static int64_t ratings[MOST];

/* One place for errors: every call goes through it. */
static void must(cxm_status status, const cxm_error *err) {
    if (status != CXM_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", cxm_status_name(status), err->message);
        exit(1);
    }
}

static void print_score(const char *title, const cxm_calculator *nps) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_interval interval = CXM_INTERVAL_INIT;
    double score = 0.0;
    int32_t has_value = 0;
    uint64_t rows = 0;
    must(cxm_calculator_observations(nps, &rows, &err), &err);
    must(cxm_calculator_score(nps, &score, &has_value, &err), &err);
    if (!has_value) { /* before there is data there is no score: never 0 */
        printf("%-10s no score yet\n", title);
        return;
    }
    must(cxm_calculator_interval(nps, 0.95, NULL, 0, &interval, NULL, &err), &err);
    printf("%-10s NPS %+.1f, 95 %% between %+.1f and %+.1f (%s), %lu answers\n", title, score,
           interval.lower, interval.upper, interval.method, (unsigned long)rows);
}

static size_t read_ratings(const char *path) {
    static const int built_in[] = {10, 9, 9, 8, 7, 6, 0, 10, 10, 9};
    char line[256];
    size_t rows = 0;
    FILE *file = path == NULL ? NULL : fopen(path, "r");
    if (path != NULL && file == NULL) {
        perror(path);
        exit(1);
    }
    while (rows < MOST) {
        int rating = 0;
        char segment[NAME] = "all";
        if (file == NULL) {
            if (rows == sizeof built_in / sizeof *built_in) {
                break;
            }
            rating = built_in[rows];
            strcpy(segment, rows % 2 == 0 ? "gold" : "blue");
        } else if (fgets(line, sizeof line, file) == NULL) {
            break;
        } else if (sscanf(line, "%31s %d", segment, &rating) != 2) {
            strcpy(segment, "all");
            if (sscanf(line, "%d", &rating) != 1) {
                continue;
            }
        }
        strcpy(segments[rows], segment);
        keys[rows].data = segments[rows];
        keys[rows].length = strlen(segments[rows]);
        ratings[rows++] = rating;
    }
    if (file != NULL) {
        fclose(file);
    }
    return rows;
}

int main(int argc, char **argv) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *first = NULL, *second = NULL, *restored = NULL;
    size_t rows = read_ratings(argc > 1 ? argv[1] : NULL), half = rows / 2;

    /* Two halves, as two servers would count them. */
    must(cxm_calculator_new("nps", CXM_NUL_TERMINATED, NULL, 0, &first, &err), &err);
    must(cxm_calculator_new("nps", CXM_NUL_TERMINATED, NULL, 0, &second, &err), &err);
    must(cxm_calculator_update_i64(first, ratings, half, &err), &err);
    must(cxm_calculator_update_i64(second, ratings + half, rows - half, &err), &err);
    print_score("first half", first);

    /* The second half travels as bytes: a BLOB, a message, a file. */
    size_t size = 0;
    must(cxm_calculator_to_bytes(second, NULL, 0, &size, &err), &err);
    uint8_t *bytes = malloc(size);
    if (bytes == NULL) {
        return 1;
    }
    must(cxm_calculator_to_bytes(second, bytes, size, &size, &err), &err);
    must(cxm_calculator_from_bytes(bytes, size, &restored, &err), &err);
    must(cxm_calculator_merge(first, restored, &err), &err);
    print_score("all", first);
    printf("the second half took %lu bytes\n", (unsigned long)size);
    free(bytes);

    /* By segment: one table, read in the order of the keys. */
    cxm_keyed *table = NULL;
    cxm_column column = CXM_COLUMN(CXM_TYPE_I64, ratings, rows);
    cxm_key_column segment = CXM_KEY_COLUMN(CXM_TYPE_TEXT, keys, rows);
    cxm_batch batch;
    size_t groups = 0;
    const char *options = "{\"by\": [\"segment\"]}";
    must(cxm_keyed_new("nps", 3, options, strlen(options), NULL, 0, &table, &err), &err);
    cxm_batch_ratings(&batch, &column, NULL, NULL);
    must(cxm_keyed_update(table, &segment, 1, &batch, &err), &err);
    must(cxm_keyed_length(table, &groups, &err), &err);
    for (size_t group = 0; group < groups; group++) {
        char title[NAME + 1];
        size_t length = 0;
        cxm_calculator *of_group = NULL;
        must(cxm_keyed_key_text(table, group, title, NAME, &length, &err), &err);
        title[length] = '\0';
        must(cxm_keyed_group(table, group, &of_group, &err), &err);
        print_score(title, of_group);
        cxm_calculator_free(of_group);
    }

    /* The whole report, by path. */
    cxm_report *report = NULL;
    uint64_t promoters = 0, detractors = 0;
    must(cxm_calculator_value(first, &report, &err), &err);
    must(cxm_report_count(report, "promoters", CXM_NUL_TERMINATED, &promoters, NULL, &err), &err);
    must(cxm_report_count(report, "detractors", CXM_NUL_TERMINATED, &detractors, NULL, &err), &err);
    printf("%lu promoters, %lu detractors\n", (unsigned long)promoters, (unsigned long)detractors);

    cxm_report_free(report);
    cxm_keyed_free(table);
    cxm_calculator_free(first);
    cxm_calculator_free(second);
    cxm_calculator_free(restored);
    return 0;
}
