/* A small JSON reader: values with the text that they were read from. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT } json_type;

typedef struct json {
    json_type type;
    const char *text; /* where it stands in the source */
    size_t length;
    char *name;       /* in an object */
    char *string;     /* of a text, decoded */
    double number;
    int flag;
    struct json *first; /* of a list or an object */
    struct json *next;
} json;

static inline void json_fail(const char *at, const char *why) {
    fprintf(stderr, "json: %s at: %.40s\n", why, at);
    exit(1);
}

static inline const char *json_space(const char *at) {
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') {
        at++;
    }
    return at;
}

static inline char *json_utf8(char *out, unsigned code) {
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 63));
    } else {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 63));
        *out++ = (char)(0x80 | (code & 63));
    }
    return out;
}

/* Decodes a text; surrogate pairs do not occur in the golden files. */
static inline const char *json_string(const char *at, char **out) {
    const char *end = ++at;
    while (*end != '"') {
        if (*end == '\0') {
            json_fail(at, "a text does not end");
        }
        end += *end == '\\' ? 2 : 1;
    }
    char *text = malloc((size_t)(end - at) + 1), *write = text;
    if (text == NULL) {
        json_fail(at, "no memory");
    }
    while (at < end) {
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        if (*at != '\\') {
            *write++ = *at++;
        } else if (at[1] == 'u') {
            unsigned code = 0;
            sscanf(at + 2, "%4x", &code);
            write = json_utf8(write, code);
            at += 6;
        } else {
            const char *found = strchr(from, at[1]);
            if (found == NULL) {
                json_fail(at, "an unknown escape");
            }
            *write++ = to[found - from];
            at += 2;
        }
    }
    *write = '\0';
    *out = text;
    return end + 1;
}

static inline const char *json_value(const char *at, json **out);

static inline const char *json_items(const char *at, json *value, char close) {
    json **last = &value->first;
    at = json_space(at + 1);
    while (*at != close) {
        char *name = NULL;
        if (value->type == JSON_OBJECT) {
            at = json_space(json_string(at, &name));
            if (*at++ != ':') {
                json_fail(at, "a colon is missing");
            }
        }
        at = json_space(json_value(at, last));
        (*last)->name = name;
        last = &(*last)->next;
        if (*at == ',') {
            at = json_space(at + 1);
        } else if (*at != close) {
            json_fail(at, "a comma is missing");
        }
    }
    return at + 1;
}

static inline const char *json_value(const char *at, json **out) {
    json *value = calloc(1, sizeof *value);
    if (value == NULL) {
        json_fail(at, "no memory");
    }
    *out = value;
    value->text = at = json_space(at);
    if (*at == '{' || *at == '[') {
        value->type = *at == '{' ? JSON_OBJECT : JSON_LIST;
        at = json_items(at, value, *at == '{' ? '}' : ']');
    } else if (*at == '"') {
        value->type = JSON_TEXT;
        at = json_string(at, &value->string);
    } else if (strncmp(at, "null", 4) == 0) {
        at += 4;
    } else if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0) {
        value->type = JSON_BOOL;
        value->flag = *at == 't';
        at += value->flag ? 4 : 5;
    } else {
        char *end = NULL;
        value->type = JSON_NUMBER;
        value->number = strtod(at, &end);
        if (end == at) {
            json_fail(at, "not a value");
        }
        at = end;
    }
    value->length = (size_t)(at - value->text);
    return at;
}

/* The field of an object; NULL if there is none. */
static inline const json *json_field(const json *value, const char *name) {
    for (const json *field = value->first; field != NULL; field = field->next) {
        if (field->name != NULL && strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

static inline size_t json_count(const json *value) {
    size_t count = 0;
    for (const json *item = value->first; item != NULL; item = item->next) {
        count++;
    }
    return count;
}

static inline void json_free(json *value) {
    while (value != NULL) {
        json *next = value->next;
        json_free(value->first);
        free(value->name);
        free(value->string);
        free(value);
        value = next;
    }
}

/* Reads a whole file; the text must live as long as the value. */
static inline json *json_read(const char *path, char **text) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    *text = malloc(size + 1);
    if (*text == NULL || fread(*text, 1, size, file) != size) {
        json_fail(path, "cannot be read");
    }
    (*text)[size] = '\0';
    fclose(file);
    json *value = NULL;
    if (*json_space(json_value(*text, &value)) != '\0') {
        json_fail(path, "something follows the value");
    }
    return value;
}

#endif
