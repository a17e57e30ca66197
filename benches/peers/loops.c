/* The bare loops in C: what a programmer writes without a library, and the limit of reading. */
#include "peers.h"

#include <math.h>

#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

/* The sum of 64 bytes at a time: what it costs to read a column and do next to nothing with it. */
static uint64_t sum_u8(const uint8_t *values, size_t rows) {
    uint64_t sum = 0;
    size_t row = 0;
#ifdef __AVX2__
    const __m256i zero = _mm256_setzero_si256();
    __m256i sums[2] = {zero, zero};
    for (; row + 64 <= rows; row += 64) {
        for (int half = 0; half < 2; half++) {
            const __m256i bytes = _mm256_loadu_si256((const __m256i *)(values + row + 32 * half));
            sums[half] = _mm256_add_epi64(sums[half], _mm256_sad_epu8(bytes, zero));
        }
    }
    uint64_t lanes[4];
    _mm256_storeu_si256((__m256i *)lanes, _mm256_add_epi64(sums[0], sums[1]));
    for (int lane = 0; lane < 4; lane++) sum += lanes[lane];
#endif
    for (; row < rows; row++) sum += values[row];
    return sum;
}

/* As everybody writes it, left to the compiler. */
static double sum_u8_plain(const uint8_t *values, size_t rows) {
    uint64_t sum = 0;
    for (size_t row = 0; row < rows; row++) sum += values[row];
    return (double)sum;
}

static double sum_i64(const int64_t *values, size_t rows) {
    uint64_t sum = 0;
    for (size_t row = 0; row < rows; row++) sum += (uint64_t)values[row];
    return (double)sum;
}

static double net(uint64_t detractors, uint64_t passives, uint64_t promoters) {
    const double total = (double)(detractors + passives + promoters);
    return 100.0 * ((double)promoters - (double)detractors) / total;
}

/* Two comparisons a row, counted in bytes, so that the compiler can use whole vectors. */
static double classes_u8(const uint8_t *values, size_t rows) {
    uint64_t promoters = 0, detractors = 0;
    for (size_t start = 0; start < rows; start += 255) {
        const size_t end = start + 255 < rows ? start + 255 : rows;
        uint8_t high = 0, low = 0;
        for (size_t row = start; row < end; row++) {
            high += values[row] >= 9;
            low += values[row] <= 6;
        }
        promoters += high;
        detractors += low;
    }
    return net(detractors, rows - promoters - detractors, promoters);
}

static double net_of_counts(const uint64_t counts[16]) {
    uint64_t sums[3] = {0, 0, 0};
    for (int rating = 0; rating <= 10; rating++) {
        sums[(rating > 6) + (rating > 8)] += counts[rating];
    }
    return net(sums[0], sums[1], sums[2]);
}

static double histogram_u8(const uint8_t *values, size_t rows) {
    uint64_t counts[16] = {0};
    for (size_t row = 0; row < rows; row++) counts[values[row] & 15]++;
    return net_of_counts(counts);
}

static double grouped(const peers_input *input) {
    static uint32_t table[1 << 16][16];
    const uint8_t *values = input->values;
    if (input->groups == 0 || input->groups > sizeof table / sizeof table[0]) return NAN;
    memset(table, 0, input->groups * sizeof table[0]);
    for (size_t row = 0; row < input->rows; row++) table[input->codes[row]][values[row] & 15]++;
    uint64_t last[16];
    for (int cell = 0; cell < 16; cell++) last[cell] = table[input->groups - 1][cell];
    return net_of_counts(last);
}

double peers_loops(const char *task, const peers_input *input) {
    if (!strcmp(task, "sum u8")) return (double)sum_u8(input->values, input->rows);
    if (!strcmp(task, "sum u8, plain")) return sum_u8_plain(input->values, input->rows);
    if (!strcmp(task, "sum i64")) return sum_i64(input->values, input->rows);
    if (!strcmp(task, "bare classes u8")) return classes_u8(input->values, input->rows);
    if (!strcmp(task, "bare histogram u8")) return histogram_u8(input->values, input->rows);
    if (!strcmp(task, "grouped bare")) return grouped(input);
    return NAN;
}
