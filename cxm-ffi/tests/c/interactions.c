/* Logs of other systems through C: read into a table, what was lost in a report, and what a program
   can do wrong. Argument: a log in XES. */
#include "check.h"

static char *text_of(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
    *length = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*length + 1);
    CHECK(text != NULL && fread(text, 1, *length, file) == *length);
    text[*length] = '\0';
    fclose(file);
    return text;
}

static uint64_t lost(const cxm_report *losses, const char *path) {
    cxm_error err = CXM_ERROR_INIT;
    uint64_t count = 0;
    int32_t has_value = 0;
    OK(cxm_report_count(losses, path, Z, &count, &has_value, &err));
    return has_value ? count : 0;
}

static void a_log_is_read(const char *path) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_table *table = NULL;
    cxm_report *losses = NULL;
    size_t length = 0, rows = 0, position = 0;
    char *text = text_of(path, &length);
    OK(cxm_interactions_read("xes", Z, text, length, "{\"customer\": \"buyer\"}", Z, &table, &losses,
                             &err));
    OK(cxm_table_rows(table, &rows, &err));
    CHECK(rows == 4);
    int64_t times[4];
    OK(cxm_table_find(table, "time", Z, &position, &err));
    OK(cxm_table_integers(table, position, times, NULL, 4, &err));
    CHECK(times[0] == 1293703320000000 && times[3] == 1294322520000000);
    char names[64];
    size_t ends[4], written = 0;
    OK(cxm_table_find(table, "customer", Z, &position, &err));
    OK(cxm_table_texts(table, position, ends, 4, names, sizeof names, &written, &err));
    CHECK(written == 12 && memcmp(names, "annannannbob", written) == 0);
    CHECK(lost(losses, "records") == 5 && lost(losses, "skipped.no_customer") == 1);
    CHECK(lost(losses, "unmapped.notes") == 1);
    cxm_table_free(table);
    cxm_report_free(losses);

    /* Whoever was erased does not come back, and is counted. */
    OK(cxm_interactions_read("xes", Z, text, length,
                             "{\"customer\": \"buyer\", \"erased\": [\"ann\"]}", Z, &table, &losses,
                             &err));
    OK(cxm_table_rows(table, &rows, &err));
    CHECK(rows == 1 && lost(losses, "skipped.erased_customer") == 3);
    cxm_table_free(table);
    cxm_report_free(losses);

    /* Cut off anywhere, it is an error or a reading, and never harm. */
    for (size_t cut = 0; cut < length; cut += 7) {
        table = NULL;
        losses = NULL;
        cxm_status status =
            cxm_interactions_read("xes", Z, text, cut, NULL, 0, &table, &losses, &err);
        CHECK((status == CXM_STATUS_OK) == (table != NULL) && (table == NULL) == (losses == NULL));
        cxm_table_free(table);
        cxm_report_free(losses);
    }
    free(text);
}

static void mistakes_have_a_status(void) {
    cxm_error err = CXM_ERROR_INIT;
    cxm_table *table = NULL;
    cxm_report *losses = NULL;
    const char *rows = "customer,touchpoint,time\nann,checkout,now\n";
    GIVES(CXM_STATUS_NOT_FOUND,
          cxm_interactions_read("pdf", Z, rows, Z, NULL, 0, &table, &losses, &err));
    GIVES(CXM_STATUS_WRONG_BATCH,
          cxm_interactions_read("xes", Z, rows, Z, NULL, 0, &table, &losses, &err));
    GIVES(CXM_STATUS_INVALID_OBSERVATION,
          cxm_interactions_read("csv", Z, rows, Z, "{\"invalid\": \"error\"}", Z, &table, &losses,
                                &err));
    CHECK(err.row == 0);
    GIVES(CXM_STATUS_INVALID_ARGUMENT,
          cxm_interactions_read("csv", Z, rows, Z, "{\"custumer\": 1}", Z, &table, &losses, &err));
    GIVES(CXM_STATUS_INVALID_DEFINITION,
          cxm_interactions_read("csv", Z, rows, Z, "{\"erased\": [\"\"]}", Z, &table, &losses, &err));
    GIVES(CXM_STATUS_INVALID_JSON,
          cxm_interactions_read("csv", Z, rows, Z, "{", Z, &table, &losses, &err));
    GIVES(CXM_STATUS_INVALID_UTF8,
          cxm_interactions_read("csv", Z, "\xff", Z, NULL, 0, &table, &losses, &err));
    GIVES(CXM_STATUS_NULL_POINTER,
          cxm_interactions_read("csv", Z, NULL, 5, NULL, 0, &table, &losses, &err));
    GIVES(CXM_STATUS_NULL_POINTER,
          cxm_interactions_read("csv", Z, rows, Z, NULL, 0, NULL, &losses, &err));
    GIVES(CXM_STATUS_NULL_POINTER,
          cxm_interactions_read("csv", Z, rows, Z, NULL, 0, &table, NULL, &err));
    CHECK(table == NULL && losses == NULL);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    a_log_is_read(argv[1]);
    mistakes_have_a_status();
    printf("%lu checks\n", checks_made);
    return 0;
}
