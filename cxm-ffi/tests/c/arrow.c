/* Arrow arrays of the program's own, moved into the library. */
#define CXM_ARROW
#include "check.h"

/* As the Arrow C data interface defines them. */
struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

static int released = 0;

static void release_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL) {
            array->children[i]->release(array->children[i]);
        }
    }
    if (array->dictionary != NULL && array->dictionary->release != NULL) {
        array->dictionary->release(array->dictionary);
    }
    array->release = NULL;
    released++;
}

static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }

static struct ArrowSchema schema_of(const char *format) {
    struct ArrowSchema schema = {0};
    schema.format = format;
    schema.name = "";
    schema.flags = 2;
    schema.release = release_schema;
    return schema;
}

static struct ArrowArray array_of(int64_t length, const void **buffers, int64_t n_buffers) {
    struct ArrowArray array = {0};
    array.length = length;
    array.null_count = -1;
    array.n_buffers = n_buffers;
    array.buffers = buffers;
    array.release = release_array;
    return array;
}

int main(void) {
    cxm_error err = CXM_ERROR_INIT;
    const uint8_t ratings[] = {10, 9, 9, 8, 7, 6, 0, 255};
    const uint8_t valid[] = {0x7f};
    const void *plain[] = {valid, ratings}, *shared[] = {valid, ratings};
    uint64_t observations = 0;
    cxm_calculator *nps = make("nps", NULL), *expected = make("nps", NULL);

    /* Eight rows of which the last is missing, and the same from the second row on. */
    cxm_column column = CXM_COLUMN(CXM_TYPE_U8, ratings, 8);
    cxm_batch batch;
    column.validity = valid;
    column.validity_layout = CXM_VALIDITY_BITS;
    cxm_batch_ratings(&batch, &column, NULL, NULL);
    OK(cxm_calculator_update(expected, &batch, &err));
    struct ArrowSchema bytes_schema = schema_of("C");
    struct ArrowArray array = array_of(8, plain, 2);
    OK(cxm_calculator_update_arrow(nps, &array, &bytes_schema, &err));
    CHECK(array.release == NULL && released == 1 && bytes_schema.release != NULL);
    CHECK(same(nps, expected));

    struct ArrowArray tail = array_of(7, shared, 2);
    tail.offset = 1;
    OK(cxm_calculator_retract_arrow(nps, &tail, &bytes_schema, &err));
    CHECK(tail.release == NULL && released == 2);
    OK(cxm_calculator_observations(nps, &observations, &err));
    CHECK(observations == 1);

    /* A dictionary of floats. */
    const double values[] = {10.0, 3.0};
    const int8_t codes[] = {0, 1, 1, 0};
    const void *code_buffers[] = {NULL, codes}, *value_buffers[] = {NULL, values};
    struct ArrowSchema coded = schema_of("c"), floats = schema_of("g");
    struct ArrowArray coded_array = array_of(4, code_buffers, 2);
    struct ArrowArray float_array = array_of(2, value_buffers, 2);
    coded.dictionary = &floats;
    coded_array.dictionary = &float_array;
    OK(cxm_calculator_update_arrow(nps, &coded_array, &coded, &err));
    OK(cxm_calculator_observations(nps, &observations, &err));
    CHECK(observations == 5 && coded_array.release == NULL);

    /* Refused, and still moved: booleans, NULL schema, a released array, an unknown format. */
    bytes before = state_of(nps);
    const void *flag_buffers[] = {NULL, valid};
    struct ArrowSchema flags = schema_of("b"), odd = schema_of("?");
    struct ArrowArray flag_array = array_of(8, flag_buffers, 2);
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_calculator_update_arrow(nps, &flag_array, &flags, &err));
    CHECK(flag_array.release == NULL);
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_calculator_update_arrow(nps, &flag_array, &flags, &err));
    struct ArrowArray lost = array_of(8, plain, 2), strange = array_of(8, plain, 2);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update_arrow(nps, &lost, NULL, &err));
    CHECK(lost.release == NULL);
    GIVES(CXM_STATUS_WRONG_BATCH, cxm_calculator_update_arrow(nps, &strange, &odd, &err));
    CHECK(strange.release == NULL);
    struct ArrowArray orphan = array_of(8, plain, 2);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update_arrow(NULL, &orphan, &bytes_schema, &err));
    CHECK(orphan.release == NULL);
    GIVES(CXM_STATUS_NULL_POINTER, cxm_calculator_update_arrow(nps, NULL, &bytes_schema, &err));
    const int8_t outside[] = {0, 1, 2, 0};
    const void *outside_buffers[] = {NULL, outside};
    struct ArrowArray wild = array_of(4, outside_buffers, 2), again = array_of(2, value_buffers, 2);
    wild.dictionary = &again;
    CHECK(cxm_calculator_update_arrow(nps, &wild, &coded, &err) != CXM_STATUS_OK);
    CHECK(wild.release == NULL);
    bytes after = state_of(nps);
    CHECK(before.length == after.length && memcmp(before.data, after.data, before.length) == 0);
    free(before.data);
    free(after.data);

    /* Keys: texts, and a struct of texts and integers. */
    const int32_t offsets[] = {0, 4, 8, 12, 12};
    const void *text_buffers[] = {NULL, offsets, "goldbluegold"};
    const int64_t waves[] = {1, 1, 2, 2};
    const void *wave_buffers[] = {NULL, waves}, *no_buffers[] = {NULL};
    const void *few[] = {NULL, ratings}, *few_again[] = {NULL, ratings};
    struct ArrowSchema texts = schema_of("u"), integers = schema_of("l"), records = schema_of("+s");
    struct ArrowSchema *schemas[] = {&texts, &integers};
    struct ArrowArray text_array = array_of(4, text_buffers, 3);
    struct ArrowArray wave_array = array_of(4, wave_buffers, 2);
    struct ArrowArray record_array = array_of(4, no_buffers, 1), four = array_of(4, few, 2);
    struct ArrowArray *arrays[] = {&text_array, &wave_array};
    records.n_children = record_array.n_children = 2;
    records.children = schemas;
    record_array.children = arrays;
    cxm_keyed *table = NULL;
    size_t groups = 0, length = 0;
    char key[32];
    OK(cxm_keyed_new("nps", Z, "{\"by\": [\"segment\", \"wave\"]}", Z, NULL, 0, &table, &err));
    OK(cxm_keyed_update_arrow(table, &record_array, &records, &four, &bytes_schema, &err));
    CHECK(record_array.release == NULL && four.release == NULL);
    OK(cxm_keyed_length(table, &groups, &err));
    CHECK(groups == 4);
    OK(cxm_keyed_key_text(table, 3, key, sizeof key, &length, &err));
    CHECK(length == 8 && memcmp(key, "gold / 2", 8) == 0);
    struct ArrowArray text_again = array_of(4, text_buffers, 3),
                      wave_again = array_of(4, wave_buffers, 2);
    struct ArrowArray record_again = array_of(4, no_buffers, 1),
                      four_again = array_of(4, few_again, 2);
    struct ArrowArray *arrays_again[] = {&text_again, &wave_again};
    record_again.n_children = 2;
    record_again.children = arrays_again;
    OK(cxm_keyed_retract_arrow(table, &record_again, &records, &four_again, &bytes_schema, &err));
    OK(cxm_keyed_length(table, &groups, &err));
    CHECK(groups == 0);

    /* Bytes that are not UTF-8 are refused. */
    const void *broken_buffers[] = {NULL, offsets, "gol\xff" "bluegold"};
    struct ArrowArray broken = array_of(4, broken_buffers, 3),
                      four_more = array_of(4, few_again, 2);
    CHECK(cxm_keyed_update_arrow(table, &broken, &texts, &four_more, &bytes_schema, &err)
          != CXM_STATUS_OK);
    CHECK(broken.release == NULL && four_more.release == NULL);

    cxm_keyed_free(table);
    cxm_calculator_free(nps);
    cxm_calculator_free(expected);
    printf("%lu checks\n", checks_made);
    return 0;
}
