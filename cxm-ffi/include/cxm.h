/*
 * libcxm: the numbers of customer experience (NPS, CSAT, CES and kin), exact, mergeable, with
 * their intervals.
 *
 * Conventions, which hold for every function:
 *
 * NAMES. cxm_<noun>_<verb>. The handle comes first, then the inputs, then the outputs, then
 * the error.
 *
 * STATUS. A function that can fail returns a cxm_status, 0 for success. Outputs are written on
 * success only; the one exception is *written of a buffer that was too small. Published codes
 * never change; treat a code that you do not know as an error.
 *
 * ERRORS. The last argument is a cxm_error of the caller's, or NULL. Set its struct_size; it
 * is filled on failure and left alone on success. message is for people, code, field and
 * row are for programs. There is no hidden error of the last call, so a call may come from any
 * thread.
 *
 * POINTERS. Every pointer is checked for NULL and for the alignment of its type; where NULL is
 * allowed, the function says so. An input of length 0 may be NULL. The library never keeps a
 * pointer of the caller's after the call, and never writes through a pointer to const. A
 * cxm_batch is the caller's memory: it points to its columns until its last use.
 *
 * OWNERSHIP. Whatever comes out through a **out belongs to the caller, who gives it back once
 * with the _free function of its type; _free of NULL does nothing. Texts that a function
 * lends stay valid until the next call on the same handle that may change it, or until it is
 * freed; texts of constants stay valid for ever.
 *
 * TEXTS are pointer and length in bytes, UTF-8. The length CXM_NUL_TERMINATED stands for a text
 * that ends with a zero byte. Texts that the library lends need not end with one.
 *
 * UNITS. Times are microseconds since 1970-01-01T00:00Z as int64_t, durations microseconds, days
 * are days since 1970-01-01; in JSON also texts such as "2024-05-01T09:00", in UTC unless they say
 * otherwise. Amounts are whole minor units (cents) unless the definition says otherwise. Shares,
 * rates, probabilities and levels are 0 to 1; an NPS is points from -100 to 100.
 *
 * BYTES OUT. Call with a NULL buffer to learn the size, then with a buffer. A buffer too small
 * gives CXM_STATUS_BUFFER_TOO_SMALL and the size that is needed.
 *
 * ABSENT VALUES. Before there is data there is no figure: never 0, never NaN. Such outputs have
 * a has_value beside them, 1 or 0; the output is written where it is 1. Where has_value is
 * NULL, absence is CXM_STATUS_INSUFFICIENT_DATA, so that it cannot be overlooked.
 *
 * ALL OR NOTHING. A batch that fails changes nothing; err->row names the row, from 0. A merge
 * that fails changes nothing.
 *
 * THREADS. Functions that take the handle as const may run at the same time on one handle; all
 * others need it alone. Different handles are independent, and a handle may move between
 * threads. The simple rule: one handle, one thread; merge across threads.
 *
 * PANICS. A fault inside the library comes back as CXM_STATUS_PANIC. The handle concerned is
 * then poisoned: every call on it gives CXM_STATUS_POISONED, and only _free remains. Nothing
 * is printed: the library silences the panic hook of its own copy of the Rust runtime, never one
 * of the host's. Running out of memory ends the process, as it does in Rust.
 *
 * WRONG HANDLES. Each handle carries the mark of its type, so a handle of another type, or one
 * that was freed and whose memory is still as it was, is refused with CXM_STATUS_WRONG_HANDLE.
 * This is a net for mistakes, not a promise: using freed memory stays undefined.
 *
 * STRUCTS. Structs whose fields the caller sets begin with struct_size, which is their
 * sizeof; new fields are only ever appended. cxm_text and cxm_batch have none: they stay
 * as they are.
 *
 * JSON. Definitions, options and arguments go in as JSON objects in UTF-8; NULL stands for the
 * defaults. Unknown names are refused, with the names that there are. Reports come out as a
 * cxm_report, read by path or as JSON.
 */

#ifndef CXM_H
#define CXM_H

/* Generated from the Rust source of cxm-ffi. Do not edit. */

#include <stddef.h>
#include <stdint.h>

/* The version of this header; compare with cxm_version_string(). */
#define CXM_VERSION "0.1.0"
#define CXM_VERSION_MAJOR 0
#define CXM_VERSION_MINOR 1
#define CXM_VERSION_PATCH 0

/* The length of a text that ends with a zero byte. */
#define CXM_NUL_TERMINATED SIZE_MAX

/* cxm_error err = CXM_ERROR_INIT; */
#define CXM_ERROR_INIT {sizeof(cxm_error), 0, UINT64_MAX, {0}, {0}}

/* cxm_interval interval = CXM_INTERVAL_INIT; */
#define CXM_INTERVAL_INIT {sizeof(cxm_interval), 0.0, 0.0, 0.0, {0}}

/* cxm_key key = CXM_KEY_INIT; */
#define CXM_KEY_INIT {sizeof(cxm_key), 0, 0, NULL, 0}

/* cxm_key ann = CXM_KEY_OF_TEXT("ann"); for a text that ends with a zero byte */
#define CXM_KEY_OF_TEXT(text) {sizeof(cxm_key), CXM_KEY_TEXT, 0, (text), CXM_NUL_TERMINATED}

/* cxm_key seventeen = CXM_KEY_OF_INTEGER(17); */
#define CXM_KEY_OF_INTEGER(integer) {sizeof(cxm_key), CXM_KEY_INTEGER, (integer), NULL, 0}

/* cxm_event event = CXM_EVENT(CXM_KEY_OF_TEXT("ann"), CXM_KEY_OF_TEXT("shop"), time); no more is
 * known of it */
#define CXM_EVENT(customer, touchpoint, time) \
    {sizeof(cxm_event), customer, touchpoint, (time), CXM_KEY_INIT, CXM_KEY_INIT, CXM_KEY_INIT, \
     CXM_KEY_INIT, NULL, NULL}

/* cxm_column ratings = CXM_COLUMN(CXM_TYPE_U8, data, length); every row has a value */
#define CXM_COLUMN(type, data, length) \
    {sizeof(cxm_column), (type), (data), (length), NULL, CXM_VALIDITY_NONE, 0}

/* cxm_named_column ages = CXM_NAMED_COLUMN("age", CXM_TYPE_F64, data, length) */
#define CXM_NAMED_COLUMN(name, type, data, length) \
    {sizeof(cxm_named_column), (name), CXM_NUL_TERMINATED, CXM_COLUMN(type, data, length)}

/* cxm_answers answers = CXM_ANSWERS(&customers, &times, &scores); no references yet */
#define CXM_ANSWERS(customers, times, scores) \
    {sizeof(cxm_answers), (customers), (times), (scores), NULL, NULL}

/* cxm_key_column keys = CXM_KEY_COLUMN(CXM_TYPE_TEXT, data, length); every row has a key */
#define CXM_KEY_COLUMN(type, data, length) \
    {sizeof(cxm_key_column), (type), (data), (length), NULL, CXM_VALIDITY_NONE, 0, NULL}

#if defined(CXM_ARROW)
/* From the header of the Arrow C data interface. */
struct ArrowArray;
struct ArrowSchema;
#endif

// The answer is the score of its contact.
#define CXM_ANSWER_JOINED 0

// Another answer is the score of its contact.
#define CXM_ANSWER_REPLACED 1

// The contact of the answer is too long ago.
#define CXM_ANSWER_OUT_OF_WINDOW 2

// The answer has no contact at its time or before.
#define CXM_ANSWER_UNMATCHED 3

// The answer does not say what it is about.
#define CXM_ANSWER_WITHOUT_REFERENCE 4

// The answer has no customer, no time or no score.
#define CXM_ANSWER_MISSING 5

// Numbers of type uint8_t.
#define CXM_TYPE_U8 1

// Numbers of type int8_t.
#define CXM_TYPE_I8 2

// Numbers of type uint16_t.
#define CXM_TYPE_U16 3

// Numbers of type int16_t.
#define CXM_TYPE_I16 4

// Numbers of type uint32_t; as weights, in units of 2^-20.
#define CXM_TYPE_U32 5

// Numbers of type int32_t.
#define CXM_TYPE_I32 6

// Numbers of type uint64_t.
#define CXM_TYPE_U64 7

// Numbers of type int64_t.
#define CXM_TYPE_I64 8

// Numbers of type float; a NaN is missing.
#define CXM_TYPE_F32 9

// Numbers of type double; a NaN is missing.
#define CXM_TYPE_F64 10

// Texts: an array of cxm_text. Keys only.
#define CXM_TYPE_TEXT 11

// Positions in a dictionary of keys: an array of uint32_t. Keys only, and the fast form: each key
// is looked up once a batch.
#define CXM_TYPE_CODES 12

// Every row has a value; `validity` is not looked at.
#define CXM_VALIDITY_NONE 0

// One byte a row, 0 for missing.
#define CXM_VALIDITY_BYTES 1

// One bit a row, lowest bit first, 0 for missing, as Arrow has it; the first row is bit
// `validity_offset`.
#define CXM_VALIDITY_BITS 2

// Bytes of a message, its final zero byte included.
#define CXM_MESSAGE_BYTES 496

// Bytes of the name of a field, its final zero byte included.
#define CXM_FIELD_BYTES 64

// A missing key.
#define CXM_KEY_MISSING 0

// A key that is true or false; `integer` is 1 or 0.
#define CXM_KEY_BOOLEAN 1

// A whole number.
#define CXM_KEY_INTEGER CXM_TYPE_I64

// A text.
#define CXM_KEY_TEXT CXM_TYPE_TEXT

// Bytes of the name of a method, its final zero byte included.
#define CXM_METHOD_BYTES 32

// There is nothing: no value yet.
#define CXM_VALUE_NULL 0

// A boolean: `cxm_report_bool`.
#define CXM_VALUE_BOOL 1

// A number: `cxm_report_number`; counts also by `cxm_report_count`.
#define CXM_VALUE_NUMBER 2

// A text: `cxm_report_text`.
#define CXM_VALUE_TEXT 3

// A list: `cxm_report_length`, elements by index.
#define CXM_VALUE_LIST 4

// An object: `cxm_report_length`, fields by name, names by `cxm_report_field`.
#define CXM_VALUE_OBJECT 5

// Keys of any kind: `cxm_table_key`, or `cxm_table_texts` for showing.
#define CXM_TYPE_KEY 13

// Days since 1970-01-01, as int64_t: `cxm_table_integers`.
#define CXM_TYPE_DAY 14

// The number of the binary interface: as long as it stays, nothing is removed or resized.
#define CXM_ABI_VERSION 1

// A calculator: the state of one figure under one definition, such as the NPS of a segment.
//
// Its state is made of counts and integer sums, so the same rows give the same bytes and the same
// figures in any order and over any shards. Made by `cxm_calculator_new` or
// `cxm_calculator_from_bytes`, given back with `cxm_calculator_free`.
typedef struct cxm_calculator cxm_calculator;

// A calculator for each key: the NPS of each segment, wave or store.
//
// Groups are numbered in the order of their keys (missing, booleans, integers, texts byte by
// byte), never in the order of arrival. Made by `cxm_keyed_new` or `cxm_keyed_from_bytes`, given
// back with `cxm_keyed_free`.
typedef struct cxm_keyed cxm_keyed;

// A model with its parameters, fitted or given, such as a BG/NBD.
//
// It never changes, so that several threads may ask it, and it does not keep the data of its fit.
// Made by `cxm_model_fit`, `cxm_model_from_parameters` or `cxm_model_from_json`, given back with
// `cxm_model_free`.
typedef struct cxm_model cxm_model;

// Draws of the parameters of a model, with their weights.
//
// It never changes, so that several threads may ask it, and it needs neither the model nor the
// data. Made by `cxm_model_posterior`, given back with `cxm_posterior_free`.
typedef struct cxm_posterior cxm_posterior;

// A report: what a reading returns. Numbers, counts, texts and lists under names, which are the
// field names of the library and the same in every language.
//
// It is read by path: `score`, `interval.lower`, `rows[2].report.score`; the empty path is the
// whole. It never changes, so that several threads may read it, and it does not need the
// calculator that it came from. Give it back with `cxm_report_free`.
typedef struct cxm_report cxm_report;

// A table: columns of equal length under names, such as one row a customer.
//
// It never changes, so that several threads may read it, and it does not need the calculator that
// it came from. Columns and rows are numbered from 0. Give it back with `cxm_table_free`.
typedef struct cxm_table cxm_table;

// What a function returns: 0 for success, otherwise one of the CXM_STATUS_ codes.
typedef int32_t cxm_status;

// A batch of rows: columns of equal length.
//
// Fill it with one of the `cxm_batch_` functions and hand it to any verb; its fields are
// private. It borrows the columns, the structs and the arrays behind them, which must outlive
// its last use. It owns nothing and is not freed.
typedef struct cxm_batch {
    // Private.
    uint32_t filled;
    // Private.
    uint32_t shape;
    // Private.
    size_t length;
    // Private.
    const void *columns[12];
} cxm_batch;

// A column of keys (customers, segments, waves), borrowed for the call.
//
// A row without a value has the key "missing", which is a key of its own.
typedef struct cxm_key_column {
    // `sizeof(cxm_key_column)`.
    uint32_t struct_size;
    // CXM_TYPE_I64, CXM_TYPE_TEXT or CXM_TYPE_CODES.
    int32_t type;
    // The keys: int64_t, cxm_text, or uint32_t positions in `dictionary`; NULL if there are none.
    const void *data;
    // Number of rows.
    size_t length;
    // Which rows have a key, in the layout below; not looked at without one.
    const uint8_t *validity;
    // CXM_VALIDITY_NONE, CXM_VALIDITY_BYTES or CXM_VALIDITY_BITS.
    int32_t validity_layout;
    // The first row's bit in `validity`; with bytes, the first row's byte.
    size_t validity_offset;
    // For CXM_TYPE_CODES: the keys, a column of CXM_TYPE_I64 or CXM_TYPE_TEXT; otherwise NULL.
    const struct cxm_key_column *dictionary;
} cxm_key_column;

// A column of numbers, borrowed for the call. CXM_COLUMN(type, data, length) makes one without
// missing rows.
typedef struct cxm_column {
    // `sizeof(cxm_column)`.
    uint32_t struct_size;
    // CXM_TYPE_U8 to CXM_TYPE_F64.
    int32_t type;
    // The numbers; NULL if there are none.
    const void *data;
    // Number of rows.
    size_t length;
    // Which rows have a value, in the layout below; not looked at without one.
    const uint8_t *validity;
    // CXM_VALIDITY_NONE, CXM_VALIDITY_BYTES or CXM_VALIDITY_BITS.
    int32_t validity_layout;
    // The first row's bit in `validity`; with bytes, the first row's byte.
    size_t validity_offset;
} cxm_column;

// One answer a row, borrowed for the call.
typedef struct cxm_answers {
    // `sizeof(cxm_answers)`.
    uint32_t struct_size;
    // Whose answer.
    const struct cxm_key_column *customers;
    // When it was given: CXM_TYPE_I64, microseconds since 1970.
    const struct cxm_column *times;
    // What was answered.
    const struct cxm_column *scores;
    // What it is about: an order, a ticket; NULL if no answer says so.
    const struct cxm_key_column *objects;
    // At which touchpoint it was asked about; NULL if no answer says so.
    const struct cxm_key_column *touchpoints;
} cxm_answers;

// What went wrong: owned by the caller, filled on failure, left alone on success.
//
// Set `struct_size` to `sizeof(cxm_error)` before the first call, or begin with CXM_ERROR_INIT or
// `cxm_error_init`. The library never writes past `struct_size`.
typedef struct cxm_error {
    // `sizeof(cxm_error)`, set by the caller.
    uint32_t struct_size;
    // The status code, as the function returned it.
    int32_t code;
    // The row of the batch, from 0, where one is to blame; otherwise UINT64_MAX.
    uint64_t row;
    // What was expected and what came, in English and UTF-8; ends with a zero byte.
    char message[CXM_MESSAGE_BYTES];
    // The column, parameter or argument that is to blame, by its name; empty where none is. Ends
    // with a zero byte.
    char field[CXM_FIELD_BYTES];
} cxm_error;

// A key by itself: of one group of a table, of one event. CXM_KEY_OF_TEXT("ann") and
// CXM_KEY_OF_INTEGER(17) make one, CXM_KEY_INIT is the missing one.
typedef struct cxm_key {
    // `sizeof(cxm_key)`, set by the caller.
    uint32_t struct_size;
    // CXM_KEY_MISSING, CXM_KEY_BOOLEAN, CXM_KEY_INTEGER or CXM_KEY_TEXT.
    int32_t type;
    // The whole number; 0 for other types.
    int64_t integer;
    // The text, without a zero byte at its end; NULL for other types.
    const char *text;
    // Bytes of the text.
    size_t text_length;
} cxm_key;

// One interaction with a touchpoint, borrowed for the call.
//
// CXM_EVENT(customer, touchpoint, time) makes one of which nothing else is known; its other fields
// may be set before the call.
typedef struct cxm_event {
    // `sizeof(cxm_event)`.
    uint32_t struct_size;
    // Whose journey.
    struct cxm_key customer;
    // At which touchpoint.
    struct cxm_key touchpoint;
    // When, in microseconds since 1970.
    int64_t time;
    // By which it is known when it comes twice.
    struct cxm_key event_id;
    // On which channel.
    struct cxm_key channel;
    // What it was about: an order, a ticket.
    struct cxm_key object;
    // How it ended: "ok", "failed", "abandoned".
    struct cxm_key outcome;
    // What the customer answered there, or NULL.
    const double *score;
    // What it was worth, in minor units (cents), or NULL.
    const int64_t *value;
} cxm_event;

// A column of numbers with its name, borrowed for the call. CXM_NAMED_COLUMN(name, type, data,
// length) makes one of a text that ends with a zero byte, without missing rows.
typedef struct cxm_named_column {
    // `sizeof(cxm_named_column)`.
    uint32_t struct_size;
    // The name, UTF-8.
    const char *name;
    // Its number of bytes; CXM_NUL_TERMINATED if a zero byte ends it.
    size_t name_length;
    // The numbers.
    struct cxm_column column;
} cxm_named_column;

// Told now and then how far a calculation has come: `done` of `total` steps; `total` is 0 where
// nobody knows, as of the steps of a fit.
//
// `user_data` is the pointer that came with it. It returns 0 to go on; anything else stops the
// calculation, which then fails with CXM_STATUS_CANCELLED. It is called on the thread of the call,
// and has to return: it neither jumps nor throws.
typedef int32_t (*cxm_progress)(void *user_data, uint64_t done, uint64_t total);

// Two limits with their level and their method.
typedef struct cxm_interval {
    // `sizeof(cxm_interval)`, set by the caller.
    uint32_t struct_size;
    // The lower limit.
    double lower;
    // The upper limit.
    double upper;
    // The level, 0.95 for 95 %.
    double level;
    // The name of the method, such as "wilson"; ends with a zero byte.
    char method[CXM_METHOD_BYTES];
} cxm_interval;

// A text: pointer and length in bytes, UTF-8. NULL of length 0 is the empty text.
typedef struct cxm_text {
    // The bytes; they need not end with a zero byte.
    const char *data;
    // Number of bytes; CXM_NUL_TERMINATED if a zero byte ends them.
    size_t length;
} cxm_text;

// Success.
#define CXM_STATUS_OK 0

// A definition contradicts itself: cut points outside the scale, a scale of 500 points.
#define CXM_STATUS_INVALID_DEFINITION 1

// A row of a batch cannot be an observation: 11 on a scale of 0 to 10 under a strict rule.
#define CXM_STATUS_INVALID_OBSERVATION 2

// Two states have unlike definitions, or are of different kinds.
#define CXM_STATUS_INCOMPATIBLE_MERGE 3

// A batch has the wrong shape for this calculator, or columns of unequal length.
#define CXM_STATUS_WRONG_BATCH 4

// State bytes are truncated, damaged or not canonical.
#define CXM_STATUS_CORRUPT_STATE 5

// State bytes were written by a version that this library cannot read.
#define CXM_STATUS_UNSUPPORTED_VERSION 6

// Not enough data for the figure asked for.
#define CXM_STATUS_INSUFFICIENT_DATA 7

// An iterative calculation did not reach its tolerance.
#define CXM_STATUS_NOT_CONVERGED 8

// A count or a sum would leave its range.
#define CXM_STATUS_OVERFLOW 9

// No calculator, definition, method, question, function or field of that name.
#define CXM_STATUS_NOT_FOUND 10

// An argument is out of range: a level of 95 instead of 0.95.
#define CXM_STATUS_INVALID_ARGUMENT 11

// A declared limit was reached: groups, bytes, points of a scale.
#define CXM_STATUS_LIMIT_REACHED 12

// Something was retracted that had never been added.
#define CXM_STATUS_NEVER_ADDED 13

// The calculator does not offer this verb or this reading.
#define CXM_STATUS_NOT_OFFERED 14

// The caller stopped a calculation that told its progress.
#define CXM_STATUS_CANCELLED 15

// A pointer is NULL where it must not be.
#define CXM_STATUS_NULL_POINTER 100

// The handle is of another type, or was freed.
#define CXM_STATUS_WRONG_HANDLE 101

// An earlier call on this handle ended in CXM_STATUS_PANIC; it can only be freed.
#define CXM_STATUS_POISONED 102

// A fault inside the library; please report it.
#define CXM_STATUS_PANIC 103

// The buffer is too small; `*written` has the size that is needed.
#define CXM_STATUS_BUFFER_TOO_SMALL 104

// A text is not UTF-8.
#define CXM_STATUS_INVALID_UTF8 105

// A text is not JSON.
#define CXM_STATUS_INVALID_JSON 106

// A pointer is not aligned as its type wants, or a length passes what memory can hold.
#define CXM_STATUS_BAD_MEMORY 107

// A `struct_size` is not one that this library knows.
#define CXM_STATUS_WRONG_STRUCT_SIZE 108

// The value at the path of a report is of another type than the one asked for.
#define CXM_STATUS_WRONG_TYPE 109

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Joins late answers to the contacts that they are about.
//
// `contacts` is a batch of events, of which customer, touchpoint, time and where known object and
// event id are read. `rule` is a JSON object: `within`, the longest time from a contact to its
// answer in microseconds, or null for any; `by`, which references of an answer count: "all"
// (default), "object" or "touchpoint"; `keep`, which of several answers of one contact counts:
// "last" (default) or "first". `scores` has room for `scores_length` numbers, one a contact: its
// score, or NaN; handed to `cxm_batch_events` as the scores of the same contacts. `contact_rows`
// and `outcomes`, of one number an answer, may be NULL: the row of the contact or -1, and
// CXM_ANSWER_JOINED to CXM_ANSWER_MISSING. Where `out` is not NULL, `*out` is a report of the
// caller's: `.answers`, `.joined`, `.replaced`, `.out_of_window`, `.unmatched`,
// `.without_reference`, `.missing`, `.ties`, `.contacts`, `.missing_contacts`, `.rule`. Nothing is
// written on failure.
cxm_status cxm_answers_join(const struct cxm_batch *contacts,
                            const struct cxm_answers *answers,
                            const char *rule,
                            size_t rule_length,
                            double *scores,
                            size_t scores_length,
                            int64_t *contact_rows,
                            int32_t *outcomes,
                            struct cxm_report **out,
                            struct cxm_error *err);

#if defined(CXM_ARROW)
// Takes an Arrow array of ratings, all of it or none of it.
//
// Integers and floats of any width are read where they are; a dictionary of them is copied out.
// Booleans, decimals and texts are CXM_STATUS_WRONG_BATCH. The array is moved: its release is
// NULL afterwards, on failure too. The schema is borrowed.
cxm_status cxm_calculator_update_arrow(struct cxm_calculator *calculator,
                                       struct ArrowArray *ratings,
                                       const struct ArrowSchema *ratings_schema,
                                       struct cxm_error *err);
#endif

#if defined(CXM_ARROW)
// Leaves the state as if the ratings of this Arrow array had never been. As
// `cxm_calculator_update_arrow`.
cxm_status cxm_calculator_retract_arrow(struct cxm_calculator *calculator,
                                        struct ArrowArray *ratings,
                                        const struct ArrowSchema *ratings_schema,
                                        struct cxm_error *err);
#endif

#if defined(CXM_ARROW)
// Takes Arrow arrays of keys and ratings of equal length, all of them or none.
//
// `keys` is a struct array with one field a key column, in the order of "by", or the one key
// column itself: integers, texts (also views), booleans, or a dictionary of them. Ratings as in
// `cxm_calculator_update_arrow`. Both arrays are moved, on failure too; the schemas are
// borrowed.
cxm_status cxm_keyed_update_arrow(struct cxm_keyed *keyed,
                                  struct ArrowArray *keys,
                                  const struct ArrowSchema *keys_schema,
                                  struct ArrowArray *ratings,
                                  const struct ArrowSchema *ratings_schema,
                                  struct cxm_error *err);
#endif

#if defined(CXM_ARROW)
// Leaves the table as if the rows of these Arrow arrays had never been. As
// `cxm_keyed_update_arrow`.
cxm_status cxm_keyed_retract_arrow(struct cxm_keyed *keyed,
                                   struct ArrowArray *keys,
                                   const struct ArrowSchema *keys_schema,
                                   struct ArrowArray *ratings,
                                   const struct ArrowSchema *ratings_schema,
                                   struct cxm_error *err);
#endif

// Fills a batch of one rating a row: for `nps`, `csat`, `ces`, `star_rating`.
//
// `weights` (CXM_TYPE_F64, or CXM_TYPE_U32 in units of 2^-20) are given exactly where the
// definition is weighted, otherwise NULL. `counts` says how often each row stands, for data that
// were counted before; otherwise NULL. Both have as many rows as `ratings`. The columns are
// borrowed until the last use of the batch. Nothing is looked at yet: a NULL column is refused
// by the verb.
void cxm_batch_ratings(struct cxm_batch *out,
                       const struct cxm_column *ratings,
                       const struct cxm_column *weights,
                       const uint64_t *counts);

// Fills a batch of several ratings of one respondent a row: for `cx_index`,
// `secure_customer_index` and kin.
//
// `items` is an array of `items_length` columns of equal length, in the order of the definition,
// borrowed until the last use of the batch.
void cxm_batch_items(struct cxm_batch *out, const struct cxm_column *items, size_t items_length);

// Fills a batch of one invitation a row: for `response_rate`.
//
// Both columns are of CXM_TYPE_I64, microseconds since 1970. The validity of `answered_at` says
// who answered. The columns are borrowed until the last use of the batch.
void cxm_batch_invitations(struct cxm_batch *out,
                           const struct cxm_column *invited_at,
                           const struct cxm_column *answered_at);

// Fills a batch of one answer of a known customer a row: for `response_ledger`.
//
// `times` is of CXM_TYPE_I64, microseconds since 1970. `waves` may be NULL: then all rows belong
// to one wave. The columns are borrowed until the last use of the batch.
void cxm_batch_answers(struct cxm_batch *out,
                       const struct cxm_key_column *customers,
                       const struct cxm_key_column *waves,
                       const struct cxm_column *times,
                       const struct cxm_column *ratings);

// Fills a batch of one purchase or refund of a known customer a row: for `customer_summaries`.
//
// `times` is of CXM_TYPE_I64, microseconds since 1970. `amounts`, `costs` and `currencies` may be
// NULL; a negative amount is a refund. Amounts are minor units (cents) unless the definition says
// otherwise. The columns are borrowed until the last use of the batch.
void cxm_batch_transactions(struct cxm_batch *out,
                            const struct cxm_key_column *customers,
                            const struct cxm_column *times,
                            const struct cxm_column *amounts,
                            const struct cxm_column *costs,
                            const struct cxm_key_column *currencies);

// Fills a batch of one customer's summary a row, in whole ticks of time: for `purchase_patterns`.
//
// `spends` is the total of the repeat purchases in minor units, or NULL. `counts` says how many
// customers each row stands for, or is NULL for one; it has as many rows as `frequencies`. The
// columns are borrowed until the last use of the batch.
void cxm_batch_histories(struct cxm_batch *out,
                         const struct cxm_column *frequencies,
                         const struct cxm_column *recencies,
                         const struct cxm_column *ages,
                         const struct cxm_column *spends,
                         const uint64_t *counts);

// Fills a batch of one lifetime a row: for `lifetimes`.
//
// `durations` say how long each was watched, and `observed` whether its end was seen: 1, or 0
// where it still went on. `entries`, the age at the first look, and `causes` may be NULL. `counts`
// says how many lifetimes each row stands for, or is NULL for one; it has as many rows as
// `durations`. The columns are borrowed until the last use of the batch.
void cxm_batch_durations(struct cxm_batch *out,
                         const struct cxm_column *durations,
                         const struct cxm_column *observed,
                         const struct cxm_column *entries,
                         const struct cxm_key_column *causes,
                         const uint64_t *counts);

// Fills a batch of one path of touchpoints a row: for `attribution_paths`.
//
// `paths` are texts such as `mail > web > shop`, with the separator of the definition.
// `conversions` says how many journeys on it converted, `values` what these were worth together in
// whole minor units (cents), `nulls` how many did not convert; `values` and `nulls` may be NULL.
// The columns are borrowed until the last use of the batch.
void cxm_batch_paths(struct cxm_batch *out,
                     const struct cxm_key_column *paths,
                     const struct cxm_column *conversions,
                     const struct cxm_column *values,
                     const struct cxm_column *nulls);

// Fills a batch of one span of a subscription a row: for `subscriptions`.
//
// `starts`, `ends` and `cancelled` are of CXM_TYPE_I64, microseconds since 1970. The validity of
// `ends` says which spans have ended, that of `cancelled` who asked to leave. `subscriptions`,
// `amounts` (recurring, in minor units), `cancelled`, `causes` and `currencies` may be NULL. The
// columns are borrowed until the last use of the batch.
void cxm_batch_spans(struct cxm_batch *out,
                     const struct cxm_key_column *customers,
                     const struct cxm_column *starts,
                     const struct cxm_column *ends,
                     const struct cxm_key_column *subscriptions,
                     const struct cxm_column *amounts,
                     const struct cxm_column *cancelled,
                     const struct cxm_key_column *causes,
                     const struct cxm_key_column *currencies);

// Fills a batch of one interaction with a touchpoint a row, in any order: for `journeys` and
// `journey_stream`.
//
// `times` is of CXM_TYPE_I64, microseconds since 1970. The columns from `event_ids` on may be
// NULL: by which the same event is known when it comes twice, on which channel, what the customer
// answered, what it was worth in minor units, what it was about (an order, a ticket), and how it
// ended. The columns are borrowed until the last use of the batch.
void cxm_batch_events(struct cxm_batch *out,
                      const struct cxm_key_column *customers,
                      const struct cxm_key_column *touchpoints,
                      const struct cxm_column *times,
                      const struct cxm_key_column *event_ids,
                      const struct cxm_key_column *channels,
                      const struct cxm_column *scores,
                      const struct cxm_column *values,
                      const struct cxm_key_column *objects,
                      const struct cxm_key_column *outcomes);

// Fills a batch of one prediction a row: for `prediction_scores`.
//
// `probabilities` are from 0 to 1, `observed` is 1 where the event came and 0 where it did not.
// `values`, what each is worth in whole units, are given exactly where the definition is valued,
// otherwise NULL. `counts` says how many predictions each row stands for, or is NULL for one; it
// has as many rows as `probabilities`. The columns are borrowed until the last use of the batch.
void cxm_batch_predictions(struct cxm_batch *out,
                           const struct cxm_column *probabilities,
                           const struct cxm_column *observed,
                           const struct cxm_column *values,
                           const uint64_t *counts);

// Makes an empty calculator by name: "nps", "csat", "ces", ...; `cxm_catalogue` has the list.
//
// `definition` is a JSON object, or NULL for the default: an optional "preset" and the fields
// that differ from it, as in {"preset": "one_to_five", "weighted": true}. On success `*out` is a
// calculator of the caller's. Fails with CXM_STATUS_NOT_FOUND for an unknown name or preset and
// with CXM_STATUS_INVALID_DEFINITION for fields that do not exist or contradict each other.
cxm_status cxm_calculator_new(const char *name,
                              size_t name_length,
                              const char *definition,
                              size_t definition_length,
                              struct cxm_calculator **out,
                              struct cxm_error *err);

// Reads the state bytes of whichever calculator wrote them.
//
// Anything but bytes of `cxm_calculator_to_bytes`, of this version or an earlier one, is refused
// with CXM_STATUS_CORRUPT_STATE or CXM_STATUS_UNSUPPORTED_VERSION. On success `*out` is a
// calculator of the caller's. Bytes of a keyed table are CXM_STATUS_INCOMPATIBLE_MERGE. The
// checksum finds damage, not malice; still, no bytes make the library crash.
cxm_status cxm_calculator_from_bytes(const uint8_t *bytes,
                                     size_t length,
                                     struct cxm_calculator **out,
                                     struct cxm_error *err);

// Copies a calculator; `*out` is the caller's.
cxm_status cxm_calculator_clone(const struct cxm_calculator *calculator,
                                struct cxm_calculator **out,
                                struct cxm_error *err);

// Frees a calculator; NULL does nothing.
void cxm_calculator_free(struct cxm_calculator *calculator);

// Takes a batch of rows, all of it or none of it.
cxm_status cxm_calculator_update(struct cxm_calculator *calculator,
                                 const struct cxm_batch *batch,
                                 struct cxm_error *err);

// Leaves the state as if these rows had never been, or fails and changes nothing.
//
// A correction retracts the old row and updates with the new one. Rows that were never added are
// CXM_STATUS_NEVER_ADDED as soon as a count would fall below zero.
cxm_status cxm_calculator_retract(struct cxm_calculator *calculator,
                                  const struct cxm_batch *batch,
                                  struct cxm_error *err);

// Whether `cxm_calculator_update` would take this batch: its status and its error. Changes
// nothing.
cxm_status cxm_calculator_check(const struct cxm_calculator *calculator,
                                const struct cxm_batch *batch,
                                struct cxm_error *err);

// Takes one rating: for events that come one by one. A column goes through
// `cxm_calculator_update_u8` and its siblings, which cost a fraction of it a row.
cxm_status cxm_calculator_update_rating(struct cxm_calculator *calculator,
                                        int64_t rating,
                                        struct cxm_error *err);

// Takes an array of ratings, one a byte. Short for `cxm_batch_ratings` and
// `cxm_calculator_update`.
cxm_status cxm_calculator_update_u8(struct cxm_calculator *calculator,
                                    const uint8_t *ratings,
                                    size_t length,
                                    struct cxm_error *err);

// Takes an array of ratings. Short for `cxm_batch_ratings` and `cxm_calculator_update`.
cxm_status cxm_calculator_update_i64(struct cxm_calculator *calculator,
                                     const int64_t *ratings,
                                     size_t length,
                                     struct cxm_error *err);

// Takes an array of ratings, of which a NaN is missing. Short for `cxm_batch_ratings` and
// `cxm_calculator_update`.
cxm_status cxm_calculator_update_f64(struct cxm_calculator *calculator,
                                     const double *ratings,
                                     size_t length,
                                     struct cxm_error *err);

// Merges the state of another calculator of the same kind and definition; the other stays as it
// is.
//
// Merging a calculator with itself doubles it. Unlike definitions are
// CXM_STATUS_INCOMPATIBLE_MERGE.
cxm_status cxm_calculator_merge(struct cxm_calculator *calculator,
                                const struct cxm_calculator *other,
                                struct cxm_error *err);

// Takes away the state of another calculator that had been merged, exactly.
//
// Subtracting a calculator from itself empties it. What was never added is CXM_STATUS_NEVER_ADDED.
cxm_status cxm_calculator_subtract(struct cxm_calculator *calculator,
                                   const struct cxm_calculator *other,
                                   struct cxm_error *err);

// Lets everything through that waits for earlier rows, as at the end of a stream.
//
// In most calculators nothing waits, and this does nothing.
cxm_status cxm_calculator_flush(struct cxm_calculator *calculator, struct cxm_error *err);

// Whether kind, definition and state are the same: 1 or 0.
cxm_status cxm_calculator_equal(const struct cxm_calculator *calculator,
                                const struct cxm_calculator *other,
                                int32_t *equal,
                                struct cxm_error *err);

// The name of the kind, such as "nps": a constant, which does not end with a zero byte.
cxm_status cxm_calculator_name(const struct cxm_calculator *calculator,
                               const char **name,
                               size_t *name_length,
                               struct cxm_error *err);

// Rows taken in, whether counted or excluded.
cxm_status cxm_calculator_observations(const struct cxm_calculator *calculator,
                                       uint64_t *observations,
                                       struct cxm_error *err);

// The state as canonical bytes, to be stored as a BLOB or sent to another machine.
//
// Equal states are equal bytes, on every machine and in every language. Two calls: a NULL buffer
// gives the size in `*written`.
cxm_status cxm_calculator_to_bytes(const struct cxm_calculator *calculator,
                                   uint8_t *buffer,
                                   size_t capacity,
                                   size_t *written,
                                   struct cxm_error *err);

// Prepares an error: sets `struct_size`, no code, no row, no message, no field.
//
// For languages without the macro CXM_ERROR_INIT. `struct_size` is `sizeof(cxm_error)` as the
// caller was compiled with. NULL does nothing.
void cxm_error_init(struct cxm_error *err, uint32_t struct_size);

// Takes one event: for `journeys` and `journey_stream` in a process that learns of events one by
// one.
//
// The same as a batch of one row, at a fraction of its cost. Many events at once are cheaper
// still as columns: `cxm_batch_events`. A missing customer or touchpoint is what the definition
// says of it: counted, or CXM_STATUS_INVALID_OBSERVATION.
cxm_status cxm_calculator_update_event(struct cxm_calculator *calculator,
                                       const struct cxm_event *event,
                                       struct cxm_error *err);

// What there is: every calculator with its batch shape, default definition, presets, questions and
// tables, every statistic with its parameters, every model, every format of logs.
//
// `calculators[0].name`, `.summary`, `.shape`, `.default_definition`, `.presets[0].name`,
// `.questions[0].name`, `.tables[0].name`; `functions[0].name`; `models[0].name`, `.columns`,
// `.quantities[0].name`; `formats[0].name`, `.options`. Questions, tables, functions and
// quantities have a `.summary` and `.parameters`, each with `.name`, `.kind`, `.required`,
// `.default` and `.summary`; tables also have `.columns`, each with `.name`, `.type` ("keys",
// "integers", "counts", "floats", "texts" or "days"), `.summary`, and `.always`, which is false
// where only some arguments or definitions bring the column. On success `*out` is a report of the
// caller's.
cxm_status cxm_catalogue(struct cxm_report **out, struct cxm_error *err);

// Computes a statistic by name: intervals, tests, sample sizes, ... from numbers of the caller's.
//
// `arguments` is a JSON object of its parameters, or NULL for none. `cxm_catalogue` has the list
// under `functions`. An unknown name is CXM_STATUS_NOT_FOUND. On success `*out` is a report of the
// caller's.
cxm_status cxm_call(const char *name,
                    size_t name_length,
                    const char *arguments,
                    size_t arguments_length,
                    struct cxm_report **out,
                    struct cxm_error *err);

// Reads a log of another system into interactions: `csv`, `xes`, `ocel`, `segment`, `xdm`.
//
// `data` is the text of the log in UTF-8; the library opens no file. `options` is a JSON object of
// what differs from the defaults that `cxm_catalogue` lists under `formats`, or NULL. On success
// `*out` is a table of one interaction a row, whose columns fit a batch of events, and `*losses` a
// report of what found no place: `.records`, `.interactions`, `.skipped`, `.unreadable`,
// `.rounded`, `.unmapped`, `.customers`. Both are the caller's. A text that is not of its format
// is CXM_STATUS_WRONG_BATCH.
cxm_status cxm_interactions_read(const char *format,
                                 size_t format_length,
                                 const char *data,
                                 size_t data_length,
                                 const char *options,
                                 size_t options_length,
                                 struct cxm_table **out,
                                 struct cxm_report **losses,
                                 struct cxm_error *err);

// Makes an empty table of calculators by name.
//
// `options` is a JSON object such as {"by": ["segment"], "max_groups": 1000, "overflow":
// "other"}; only "by", the names of one to eight key columns, is needed. `definition` is that of
// every group, as in `cxm_calculator_new`. On success `*out` is a table of the caller's.
cxm_status cxm_keyed_new(const char *name,
                         size_t name_length,
                         const char *options,
                         size_t options_length,
                         const char *definition,
                         size_t definition_length,
                         struct cxm_keyed **out,
                         struct cxm_error *err);

// Reads the state bytes of a table. As `cxm_calculator_from_bytes`; bytes of a single calculator
// are CXM_STATUS_INCOMPATIBLE_MERGE.
cxm_status cxm_keyed_from_bytes(const uint8_t *bytes,
                                size_t length,
                                struct cxm_keyed **out,
                                struct cxm_error *err);

// Copies a table; `*out` is the caller's.
cxm_status cxm_keyed_clone(const struct cxm_keyed *keyed,
                           struct cxm_keyed **out,
                           struct cxm_error *err);

// Frees a table; NULL does nothing.
void cxm_keyed_free(struct cxm_keyed *keyed);

// Takes a batch of rows, all of it or none of it.
//
// `keys` is an array of `keys_length` key columns in the order of "by", as long as the batch.
cxm_status cxm_keyed_update(struct cxm_keyed *keyed,
                            const struct cxm_key_column *keys,
                            size_t keys_length,
                            const struct cxm_batch *batch,
                            struct cxm_error *err);

// Leaves the table as if these rows had never been, or fails and changes nothing.
//
// A group without rows disappears. Refused with CXM_STATUS_NOT_OFFERED once keys were folded
// together.
cxm_status cxm_keyed_retract(struct cxm_keyed *keyed,
                             const struct cxm_key_column *keys,
                             size_t keys_length,
                             const struct cxm_batch *batch,
                             struct cxm_error *err);

// Whether `cxm_keyed_update` would take this batch: its status and its error. Changes nothing.
cxm_status cxm_keyed_check(const struct cxm_keyed *keyed,
                           const struct cxm_key_column *keys,
                           size_t keys_length,
                           const struct cxm_batch *batch,
                           struct cxm_error *err);

// Merges another table of the same kind and definition, which may be the table itself.
cxm_status cxm_keyed_merge(struct cxm_keyed *keyed,
                           const struct cxm_keyed *other,
                           struct cxm_error *err);

// Whether kind, definition and state are the same: 1 or 0.
cxm_status cxm_keyed_equal(const struct cxm_keyed *keyed,
                           const struct cxm_keyed *other,
                           int32_t *equal,
                           struct cxm_error *err);

// Number of groups, without the one of the folded keys.
cxm_status cxm_keyed_length(const struct cxm_keyed *keyed, size_t *length, struct cxm_error *err);

// Rows taken in, whether counted or excluded.
cxm_status cxm_keyed_observations(const struct cxm_keyed *keyed,
                                  uint64_t *observations,
                                  struct cxm_error *err);

// The value of one key column of one group; both are numbered from 0.
//
// Set `key->struct_size` before. The text is lent until the next call that may change the table,
// or until it is freed. Past the end is CXM_STATUS_NOT_FOUND.
cxm_status cxm_keyed_key(const struct cxm_keyed *keyed,
                         size_t group,
                         size_t column,
                         struct cxm_key *key,
                         struct cxm_error *err);

// The whole key of a group in words, such as "gold / 2025Q3", for showing; without a zero byte.
//
// Two calls: a NULL buffer gives the size in `*written`.
cxm_status cxm_keyed_key_text(const struct cxm_keyed *keyed,
                              size_t group,
                              char *buffer,
                              size_t capacity,
                              size_t *written,
                              struct cxm_error *err);

// A copy of the calculator of a group, numbered from 0 in the order of the keys; `*out` is the
// caller's.
cxm_status cxm_keyed_group(const struct cxm_keyed *keyed,
                           size_t group,
                           struct cxm_calculator **out,
                           struct cxm_error *err);

// A copy of the calculator of a key; `*out` is the caller's.
//
// `key` is an array of `key_length` values, one a key column. An unknown key is
// CXM_STATUS_NOT_FOUND.
cxm_status cxm_keyed_find(const struct cxm_keyed *keyed,
                          const struct cxm_key *key,
                          size_t key_length,
                          struct cxm_calculator **out,
                          struct cxm_error *err);

// All groups merged; `*out` is a calculator of the caller's.
cxm_status cxm_keyed_total(const struct cxm_keyed *keyed,
                           struct cxm_calculator **out,
                           struct cxm_error *err);

// The keys that were folded together past "max_groups"; `*out` is a calculator of the caller's.
//
// Where nothing was folded, the status is CXM_STATUS_NOT_FOUND.
cxm_status cxm_keyed_other(const struct cxm_keyed *keyed,
                           struct cxm_calculator **out,
                           struct cxm_error *err);

// The table as a report: one row a group with its report and interval, and the total.
//
// `options` is a JSON object ("level", "method", "min_responses", "versus_rest", "adjustment",
// "shrink"), or NULL for the defaults. `rows[0].key[0]`, `rows[0].report.score`,
// `total.report.score`. On success `*out` is a report of the caller's.
cxm_status cxm_keyed_table(const struct cxm_keyed *keyed,
                           const char *options,
                           size_t options_length,
                           struct cxm_report **out,
                           struct cxm_error *err);

// Key columns, limits and the definition of every group. On success `*out` is a report of the
// caller's.
cxm_status cxm_keyed_definition(const struct cxm_keyed *keyed,
                                struct cxm_report **out,
                                struct cxm_error *err);

// The state as canonical bytes. As `cxm_calculator_to_bytes`.
cxm_status cxm_keyed_to_bytes(const struct cxm_keyed *keyed,
                              uint8_t *buffer,
                              size_t capacity,
                              size_t *written,
                              struct cxm_error *err);

// Fits a model by name ("bg_nbd", "pareto_nbd", "gamma_gamma", ...) to columns of customers;
// `cxm_catalogue` has the list of models and of the columns that each of them reads.
//
// `options` is a JSON object, or NULL for the defaults: "unit" ("day", "week", "month", "year" or
// {"days": 30}) in which the columns count time, "start" (a number for each parameter, by name),
// "priors" (for each parameter, {"mean": 0, "standard_deviation": 1} of its logarithm),
// "max_iterations", "tolerance"; for "gamma_gamma" also "finite_mean", true to keep q above 1,
// where the mean of all is finite; for "bg_nbd", "mbg_nbd" and "pareto_nbd" also
// "purchase_covariates" and "dropout_covariates", lists of names of columns that act on the rate
// of purchase and on dropout (kinds as columns of 0 and 1). A question to such a model then needs
// these columns too. On success `*out` is a model of the caller's; how far its parameters can be
// trusted is in the diagnosis of `cxm_model_summary`. Fails with CXM_STATUS_INVALID_OBSERVATION,
// naming the row, for a history that cannot be, with CXM_STATUS_WRONG_BATCH for columns that are
// missing or unknown, and with CXM_STATUS_INSUFFICIENT_DATA where there is nothing to fit.
cxm_status cxm_model_fit(const char *name,
                         size_t name_length,
                         const struct cxm_named_column *columns,
                         size_t columns_length,
                         const char *options,
                         size_t options_length,
                         struct cxm_model **out,
                         struct cxm_error *err);

// As `cxm_model_fit`, and tells of each of its steps, whose number nobody knows beforehand.
//
// `progress` may be NULL. Where it stops the fit, it fails with CXM_STATUS_CANCELLED.
cxm_status cxm_model_fit_with_progress(const char *name,
                                       size_t name_length,
                                       const struct cxm_named_column *columns,
                                       size_t columns_length,
                                       const char *options,
                                       size_t options_length,
                                       cxm_progress progress,
                                       void *user_data,
                                       struct cxm_model **out,
                                       struct cxm_error *err);

// Fits a model to a table, such as the customers or the patterns that a calculator gives.
//
// Of its columns those are read that the fit knows; "customers" counts the customers of a row.
// The "unit" of `options` has to be that of the table. Otherwise as `cxm_model_fit`.
cxm_status cxm_model_fit_table(const char *name,
                               size_t name_length,
                               const struct cxm_table *table,
                               const char *options,
                               size_t options_length,
                               struct cxm_model **out,
                               struct cxm_error *err);

// Makes a model of known parameters: {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}.
//
// `parameters` is a JSON object, or a list in the order of `cxm_catalogue`. `options` is a JSON
// object of the "unit" of the times, or NULL for weeks; it may have "purchase_covariates" and
// "dropout_covariates" too, as in {"dropout_covariates": {"referral": 0.4}}. On success `*out` is
// a model of the caller's. Fails with CXM_STATUS_INVALID_ARGUMENT, naming the parameter.
cxm_status cxm_model_from_parameters(const char *name,
                                     size_t name_length,
                                     const char *parameters,
                                     size_t parameters_length,
                                     const char *options,
                                     size_t options_length,
                                     struct cxm_model **out,
                                     struct cxm_error *err);

// Reads a model file of any model, UTF-8.
//
// Anything else is CXM_STATUS_CORRUPT_STATE; a file of a later version of the format is
// CXM_STATUS_UNSUPPORTED_VERSION. On success `*out` is a model of the caller's.
cxm_status cxm_model_from_json(const char *text,
                               size_t length,
                               struct cxm_model **out,
                               struct cxm_error *err);

// The model file: JSON in UTF-8, without a zero byte at the end, to be stored or sent.
//
// The same model is the same text in every language. Two calls: a NULL buffer gives the size in
// `*written`.
cxm_status cxm_model_to_json(const struct cxm_model *model,
                             char *buffer,
                             size_t capacity,
                             size_t *written,
                             struct cxm_error *err);

// Frees a model; NULL does nothing.
void cxm_model_free(struct cxm_model *model);

// The name of the model, such as "bg_nbd": a constant, which does not end with a zero byte.
cxm_status cxm_model_name(const struct cxm_model *model,
                          const char **name,
                          size_t *name_length,
                          struct cxm_error *err);

// Whether two models are the same, parameters, fit and unit: 1 or 0.
cxm_status cxm_model_equal(const struct cxm_model *model,
                           const struct cxm_model *other,
                           int32_t *equal,
                           struct cxm_error *err);

// What the fit knows: `parameters.r`, `standard_errors.r`, `intervals.r.lower`, `log_likelihood`,
// `aic`, `bic`, `customers`, `diagnosis.status`, `diagnosis.message`.
//
// With covariates `coefficients[0].name`, `.part`, `.value`, `.standard_error`, `.lower` and
// `likelihood_ratio.p_value` too; the parameters are then those of customers whose covariates are
// all 0. `options` is a JSON object of the "level" of the intervals, or NULL. What belongs to a
// fit is null where the parameters were given. On success `*out` is a report of the caller's.
cxm_status cxm_model_summary(const struct cxm_model *model,
                             const char *options,
                             size_t options_length,
                             struct cxm_report **out,
                             struct cxm_error *err);

// The log-likelihood of the customers in columns of a fit: of those it was made of, or of others.
//
// Columns as for `cxm_model_fit`.
cxm_status cxm_model_log_likelihood(const struct cxm_model *model,
                                    const struct cxm_named_column *columns,
                                    size_t columns_length,
                                    double *log_likelihood,
                                    struct cxm_error *err);

// Answers a question for every row, in arrays of the caller's.
//
// `quantity` is a JSON object of its name and its parameters, as in {"quantity":
// "expected_transactions", "horizon": 52}; `cxm_catalogue` has the list. `columns` say whom it is
// about, such as "frequency", "recency" and "age"; without them the answer is that of a new
// customer. A column has `length` rows, or one row that stands for all of them; a column
// "horizon" gives every row its own.
//
// `values` has room for `length` rows, and so has `present`, which gets 1 where a row has an
// answer and 0 where it has none; `values` is 0 there. `present` may be NULL: then a row without
// an answer is CXM_STATUS_INSUFFICIENT_DATA. A bad row is CXM_STATUS_INVALID_OBSERVATION, with
// its number in `err->row`. Nothing is written unless all rows are answered.
cxm_status cxm_model_predict(const struct cxm_model *model,
                             const char *quantity,
                             size_t quantity_length,
                             const struct cxm_named_column *columns,
                             size_t columns_length,
                             double *values,
                             uint8_t *present,
                             size_t length,
                             struct cxm_error *err);

// The answers of `cxm_model_predict` between their limits, by the delta method.
//
// `options` is a JSON object of the "level", or NULL. Each of `values`, `lower`, `upper` and
// `present` has room for `length` rows; otherwise as `cxm_model_predict`. A model whose parameters
// were given, or not determined by the data, has no limits: CXM_STATUS_INSUFFICIENT_DATA.
cxm_status cxm_model_intervals(const struct cxm_model *model,
                               const char *quantity,
                               size_t quantity_length,
                               const struct cxm_named_column *columns,
                               size_t columns_length,
                               const char *options,
                               size_t options_length,
                               double *values,
                               double *lower,
                               double *upper,
                               uint8_t *present,
                               size_t length,
                               struct cxm_error *err);

// How many purchases each row will really make within a horizon: whole numbers between which they
// lie with a probability of at least the level, the parameters taken as known.
//
// `options` is a JSON object of the "horizon" and the "level"; a column "horizon" gives every row
// its own. `columns` are those of a history, and covariates. Each array has room for `length`
// rows; `values` gets the expected numbers and `probability` what the whole numbers hold, and both
// may be NULL. Otherwise as `cxm_model_predict`.
cxm_status cxm_model_predictive_intervals(const struct cxm_model *model,
                                          const struct cxm_named_column *columns,
                                          size_t columns_length,
                                          const char *options,
                                          size_t options_length,
                                          double *values,
                                          uint64_t *lower,
                                          uint64_t *upper,
                                          double *probability,
                                          size_t length,
                                          struct cxm_error *err);

// What was expected within a horizon, and what came: `mean_absolute_error`, `bias`, `coverage`,
// `by_frequency[0].actual`.
//
// `columns` are those of a history and "actual", the purchases of each customer within the
// "horizon" of `options`, a JSON object that may have the "level" of the predictive intervals and
// "last_class" too. On success `*out` is a report of the caller's.
cxm_status cxm_model_back_test(const struct cxm_model *model,
                               const struct cxm_named_column *columns,
                               size_t columns_length,
                               const char *options,
                               size_t options_length,
                               struct cxm_report **out,
                               struct cxm_error *err);

// Draws customers of a model, one a row of a table: their histories, "holdout_frequency" and
// "is_alive".
//
// `options` is a JSON object of "ages", as in {"same": {"customers": 1000, "age": 39}}, "horizon"
// and "seed"; the same seed gives the same customers everywhere. On success `*out` is a table of
// the caller's.
cxm_status cxm_model_simulate(const struct cxm_model *model,
                              const char *options,
                              size_t options_length,
                              struct cxm_table **out,
                              struct cxm_error *err);

// Fits the models of purchases in continuous time and ranks them: `candidates[0].model`, `.aic`,
// `.back_test.mean_absolute_error`, `best_in_hold_out`.
//
// Columns as for `cxm_model_fit`; with "actual" and a "horizon" in `options` each model is tested
// as by `cxm_model_back_test`. `options` is a JSON object that may have "candidates" and "unit"
// too, or NULL. On success `*out` is a report of the caller's.
cxm_status cxm_model_compare(const struct cxm_named_column *columns,
                             size_t columns_length,
                             const char *options,
                             size_t options_length,
                             struct cxm_report **out,
                             struct cxm_error *err);

// Draws the posterior of a fitted model from the columns that it was fitted to.
//
// `options` is a JSON object, or NULL for the defaults. {"method": "laplace", "draws": 1000,
// "seed": 0} draws about the optimum and weighs the draws by how well they explain the data.
// {"method": "nuts", "chains": 2, "draws": 1000, "warm_up": 500, "seed": 0} runs chains of the
// No-U-turn sampler; a library built without the Cargo feature "nuts" answers
// CXM_STATUS_NOT_OFFERED. The same seed gives the same draws.
//
// `progress` may be NULL; where it stops the drawing, the call fails with CXM_STATUS_CANCELLED.
// Other columns than those of the fit are CXM_STATUS_INVALID_ARGUMENT; a model whose parameters
// were given, or not determined by the data, is CXM_STATUS_INSUFFICIENT_DATA. On success `*out` is
// a posterior of the caller's.
cxm_status cxm_model_posterior(const struct cxm_model *model,
                               const struct cxm_named_column *columns,
                               size_t columns_length,
                               const char *options,
                               size_t options_length,
                               cxm_progress progress,
                               void *user_data,
                               struct cxm_posterior **out,
                               struct cxm_error *err);

// Frees a posterior; NULL does nothing.
void cxm_posterior_free(struct cxm_posterior *posterior);

// How far to trust the draws, and the parameters: `diagnosis.reliable`,
// `diagnosis.effective_draws`, `diagnosis.message`, of chains `diagnosis.r_hat` and
// `diagnosis.divergences`, and `parameters[0].name`, `.mean`, `.standard_deviation`, `.lower`,
// `.median`, `.upper`.
//
// `options` is a JSON object of the "level" of the limits, or NULL. On success `*out` is a report
// of the caller's.
cxm_status cxm_posterior_summary(const struct cxm_posterior *posterior,
                                 const char *options,
                                 size_t options_length,
                                 struct cxm_report **out,
                                 struct cxm_error *err);

// The draws as a table: a column for each parameter, and "weight", which sums to 1.
//
// On success `*out` is a table of the caller's.
cxm_status cxm_posterior_draws(const struct cxm_posterior *posterior,
                               struct cxm_table **out,
                               struct cxm_error *err);

// Posterior means of the answers to a question, with their credible limits.
//
// As `cxm_model_intervals`.
cxm_status cxm_posterior_intervals(const struct cxm_posterior *posterior,
                                   const char *quantity,
                                   size_t quantity_length,
                                   const struct cxm_named_column *columns,
                                   size_t columns_length,
                                   const char *options,
                                   size_t options_length,
                                   double *values,
                                   double *lower,
                                   double *upper,
                                   uint8_t *present,
                                   size_t length,
                                   struct cxm_error *err);

// How many purchases each row will really make, with the chance of the purchases and that of the
// parameters.
//
// As `cxm_model_predictive_intervals`.
cxm_status cxm_posterior_predictive_intervals(const struct cxm_posterior *posterior,
                                              const struct cxm_named_column *columns,
                                              size_t columns_length,
                                              const char *options,
                                              size_t options_length,
                                              double *values,
                                              uint64_t *lower,
                                              uint64_t *upper,
                                              double *probability,
                                              size_t length,
                                              struct cxm_error *err);

// What each row is still worth, with credible limits, from draws of purchases and draws of spend,
// which are taken to be independent.
//
// `spend` is the posterior of a "gamma_gamma". `columns` are those of a history and
// "monetary_value", the mean spend of the repeat purchases; without them it is about a new
// customer. `options` is a JSON object of the "margin", the "discount" as for "lifetime_value",
// the "horizon" (for ever, without one) and the "level". Otherwise as `cxm_model_intervals`.
cxm_status cxm_posterior_lifetime_value(const struct cxm_posterior *posterior,
                                        const struct cxm_posterior *spend,
                                        const struct cxm_named_column *columns,
                                        size_t columns_length,
                                        const char *options,
                                        size_t options_length,
                                        double *values,
                                        double *lower,
                                        double *upper,
                                        uint8_t *present,
                                        size_t length,
                                        struct cxm_error *err);

// The score: the one figure that stands for the report.
//
// Without data there is none: `*has_value` is 0, or, where `has_value` is NULL, the status is
// CXM_STATUS_INSUFFICIENT_DATA.
cxm_status cxm_calculator_score(const struct cxm_calculator *calculator,
                                double *score,
                                int32_t *has_value,
                                struct cxm_error *err);

// The interval of the score at a level such as 0.95.
//
// `method` is a name such as "wilson", or NULL for the method that the calculator holds best.
// Set `interval->struct_size` before. Without data there is none: `*has_value` is 0, or, where
// `has_value` is NULL, the status is CXM_STATUS_INSUFFICIENT_DATA. A level outside 0 to 1 or a
// method of another figure is CXM_STATUS_INVALID_ARGUMENT. More arguments: `cxm_calculator_ask`.
cxm_status cxm_calculator_interval(const struct cxm_calculator *calculator,
                                   double level,
                                   const char *method,
                                   size_t method_length,
                                   struct cxm_interval *interval,
                                   int32_t *has_value,
                                   struct cxm_error *err);

// The confidence sequence of the score: an interval that may be looked at after every answer and
// still holds its level. As `cxm_calculator_interval`.
cxm_status cxm_calculator_confidence_sequence(const struct cxm_calculator *calculator,
                                              double level,
                                              const char *method,
                                              size_t method_length,
                                              struct cxm_interval *interval,
                                              int32_t *has_value,
                                              struct cxm_error *err);

// Reads the whole report: score, counts, shares, what was excluded and why, the definition.
//
// On success `*out` is a report of the caller's.
cxm_status cxm_calculator_value(const struct cxm_calculator *calculator,
                                struct cxm_report **out,
                                struct cxm_error *err);

// Asks a question by name: "interval", "confidence_sequence", "display", "shown", "funnel",
// "customer", "churn_rate", ...; `cxm_catalogue` lists those of each calculator with their
// arguments under `questions`.
//
// `arguments` is a JSON object, or NULL for none, as in {"measure": "mean", "level": 0.9} or
// {"customer": "ann"}. A table can be asked for too and comes as a list of rows, each an object of
// its columns; for many rows `cxm_calculator_tabulate` is the cheaper way. An unknown question is
// CXM_STATUS_NOT_FOUND, and the message has the list. On success `*out` is a report of the
// caller's.
cxm_status cxm_calculator_ask(const struct cxm_calculator *calculator,
                              const char *question,
                              size_t question_length,
                              const char *arguments,
                              size_t arguments_length,
                              struct cxm_report **out,
                              struct cxm_error *err);

// This score minus the other's: difference, standard error, statistic, p-value, interval.
//
// Both calculators have the same definition and rest on different respondents. `arguments` is a
// JSON object ("measure", "method", "level"), or NULL for none. On success `*out` is a report of
// the caller's.
cxm_status cxm_calculator_compare(const struct cxm_calculator *calculator,
                                  const struct cxm_calculator *other,
                                  const char *arguments,
                                  size_t arguments_length,
                                  struct cxm_report **out,
                                  struct cxm_error *err);

// Another calculator over the ratings that were counted here: the "nps" of a "response_ledger"
// without its duplicates, the "csat" of the same answers under another definition.
//
// `name` and `definition` are as in `cxm_calculator_new`. Fails with CXM_STATUS_NOT_OFFERED
// where single ratings are not counted. On success `*out` is a calculator of the caller's.
cxm_status cxm_calculator_derive(const struct cxm_calculator *calculator,
                                 const char *name,
                                 size_t name_length,
                                 const char *definition,
                                 size_t definition_length,
                                 struct cxm_calculator **out,
                                 struct cxm_error *err);

// The definition with all its fields; as JSON it makes the same calculator again.
//
// On success `*out` is a report of the caller's.
cxm_status cxm_calculator_definition(const struct cxm_calculator *calculator,
                                     struct cxm_report **out,
                                     struct cxm_error *err);

// What the value at a path is: CXM_VALUE_NULL to CXM_VALUE_OBJECT.
//
// Fails with CXM_STATUS_NOT_FOUND where the path leads nowhere.
cxm_status cxm_report_type(const struct cxm_report *report,
                           const char *path,
                           size_t path_length,
                           int32_t *type,
                           struct cxm_error *err);

// The number at a path, the same to the last bit as in every other language.
//
// `has_value` may be NULL: then an absent value is CXM_STATUS_INSUFFICIENT_DATA. Fails with
// CXM_STATUS_NOT_FOUND where the path leads nowhere, CXM_STATUS_WRONG_TYPE where there is no
// number.
cxm_status cxm_report_number(const struct cxm_report *report,
                             const char *path,
                             size_t path_length,
                             double *value,
                             int32_t *has_value,
                             struct cxm_error *err);

// The count at a path: a whole number from 0 to 2^64 - 1, exact.
//
// As `cxm_report_number`; a number that is negative or not whole is CXM_STATUS_WRONG_TYPE.
cxm_status cxm_report_count(const struct cxm_report *report,
                            const char *path,
                            size_t path_length,
                            uint64_t *value,
                            int32_t *has_value,
                            struct cxm_error *err);

// The boolean at a path, 1 or 0. As `cxm_report_number`.
cxm_status cxm_report_bool(const struct cxm_report *report,
                           const char *path,
                           size_t path_length,
                           int32_t *value,
                           int32_t *has_value,
                           struct cxm_error *err);

// The text at a path, lent until the report is freed. It does not end with a zero byte.
//
// An absent text is NULL of length 0; an empty text is not NULL. Otherwise as `cxm_report_number`.
cxm_status cxm_report_text(const struct cxm_report *report,
                           const char *path,
                           size_t path_length,
                           const char **text,
                           size_t *text_length,
                           struct cxm_error *err);

// The number of elements of the list, or of fields of the object, at a path; 0 for null.
cxm_status cxm_report_length(const struct cxm_report *report,
                             const char *path,
                             size_t path_length,
                             size_t *length,
                             struct cxm_error *err);

// The name of a field of the object at a path, by its position from 0, in the order of the report.
//
// Lent until the report is freed; it does not end with a zero byte. A position past the end is
// CXM_STATUS_NOT_FOUND.
cxm_status cxm_report_field(const struct cxm_report *report,
                            const char *path,
                            size_t path_length,
                            size_t position,
                            const char **name,
                            size_t *name_length,
                            struct cxm_error *err);

// The report as JSON in UTF-8, without a zero byte at the end.
//
// Two calls: a NULL buffer gives the size in `*written`. Numbers are written so that reading them
// gives the same bits.
cxm_status cxm_report_json(const struct cxm_report *report,
                           char *buffer,
                           size_t capacity,
                           size_t *written,
                           struct cxm_error *err);

// Frees a report; NULL does nothing.
void cxm_report_free(struct cxm_report *report);

// The name of a status code, such as "wrong_batch"; "unknown" for a code that there is not.
//
// Never NULL; a constant that ends with a zero byte. May be called from any thread.
const char *cxm_status_name(cxm_status status);

// Reads a table of the calculator by its name; `cxm_catalogue` lists them with their arguments.
//
// `arguments` is a JSON object, or NULL for none, as in {"until": "1997-09-30", "unit": "week"}. A
// calculator without such a table is CXM_STATUS_NOT_FOUND. The catalogue has the columns too, with
// what they mean; `cxm_table_find` gives the position of one. On success `*out` is a table of the
// caller's.
cxm_status cxm_calculator_tabulate(const struct cxm_calculator *calculator,
                                   const char *name,
                                   size_t name_length,
                                   const char *arguments,
                                   size_t arguments_length,
                                   struct cxm_table **out,
                                   struct cxm_error *err);

// Number of rows.
cxm_status cxm_table_rows(const struct cxm_table *table, size_t *rows, struct cxm_error *err);

// Number of columns.
cxm_status cxm_table_columns(const struct cxm_table *table, size_t *columns, struct cxm_error *err);

// The position of the column of this name; CXM_STATUS_NOT_FOUND where there is none.
cxm_status cxm_table_find(const struct cxm_table *table,
                          const char *name,
                          size_t name_length,
                          size_t *position,
                          struct cxm_error *err);

// The name of a column, lent until the table is freed; it does not end with a zero byte.
cxm_status cxm_table_name(const struct cxm_table *table,
                          size_t position,
                          const char **name,
                          size_t *name_length,
                          struct cxm_error *err);

// The type of a column: CXM_TYPE_I64, CXM_TYPE_U64, CXM_TYPE_F64, CXM_TYPE_TEXT, CXM_TYPE_KEY or
// CXM_TYPE_DAY.
cxm_status cxm_table_type(const struct cxm_table *table,
                          size_t position,
                          int32_t *type,
                          struct cxm_error *err);

// Copies a column of whole numbers, of days, or of keys that are all whole numbers.
//
// `values` has room for `capacity` rows, and so has `present`, which gets 1 where a row has a
// value and 0 where it has none. `present` may be NULL: then a row without a value is
// CXM_STATUS_INSUFFICIENT_DATA.
cxm_status cxm_table_integers(const struct cxm_table *table,
                              size_t position,
                              int64_t *values,
                              uint8_t *present,
                              size_t capacity,
                              struct cxm_error *err);

// Copies a column of counts. As `cxm_table_integers`.
cxm_status cxm_table_counts(const struct cxm_table *table,
                            size_t position,
                            uint64_t *values,
                            uint8_t *present,
                            size_t capacity,
                            struct cxm_error *err);

// Copies a column of numbers. As `cxm_table_integers`; no value is a NaN.
cxm_status cxm_table_floats(const struct cxm_table *table,
                            size_t position,
                            double *values,
                            uint8_t *present,
                            size_t capacity,
                            struct cxm_error *err);

// One value of a column of keys.
//
// Set `key->struct_size` before. The text is lent until the table is freed.
cxm_status cxm_table_key(const struct cxm_table *table,
                         size_t position,
                         size_t row,
                         struct cxm_key *key,
                         struct cxm_error *err);

// Copies a column of texts, or of keys in words, without zero bytes: one text after the other.
//
// `ends` has room for `capacity` rows and gets the end of each text in `buffer`, or is NULL. Two
// calls: a NULL buffer gives the size in `*written`. A row without a value has the empty text.
cxm_status cxm_table_texts(const struct cxm_table *table,
                           size_t position,
                           size_t *ends,
                           size_t capacity,
                           char *buffer,
                           size_t buffer_capacity,
                           size_t *written,
                           struct cxm_error *err);

// Frees a table; NULL does nothing.
void cxm_table_free(struct cxm_table *table);

// The version of the library that runs, such as "0.1.0"; compare with CXM_VERSION of the header.
//
// Never NULL; a constant that ends with a zero byte. May be called from any thread.
const char *cxm_version_string(void);

// The CXM_ABI_VERSION of the library that runs; a program may go on where it is the header's.
//
// May be called from any thread.
uint32_t cxm_abi_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CXM_H */
