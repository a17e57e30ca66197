/*
 * What the door costs: ns per call of cxm_calculator_update_rating, and a column of 10^8 ratings.
 * Not a test; README.md has the figures.
 *
 *   cc -O2 -Iinclude tests/c/speed.c ../target/release/libcxm.a
 *       -lgcc_s -lutil -lrt -lpthread -lm -ldl
 */
#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "check.h"

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(void) {
    enum { CALLS = 20000000, ROWS = 100000000 };
    cxm_error err = CXM_ERROR_INIT;
    cxm_calculator *nps = make("nps", NULL);
    uint64_t seed = 42;
    double best = 1e9, batch = 1e9;
    uint8_t *ratings = malloc(ROWS);
    CHECK(ratings != NULL);
    for (size_t row = 0; row < ROWS; row++) {
        ratings[row] = (uint8_t)(next_random(&seed) % 11);
    }
    for (int repeat = 0; repeat < 5; repeat++) {
        double start = now();
        for (int64_t call = 0; call < CALLS; call++) {
            if (cxm_calculator_update_rating(nps, ratings[call & 0xffff], &err) != CXM_STATUS_OK) {
                return 1;
            }
        }
        double each = (now() - start) / CALLS * 1e9;
        best = each < best ? each : best;
        start = now();
        OK(cxm_calculator_update_u8(nps, ratings, ROWS, &err));
        double seconds = now() - start;
        batch = seconds < batch ? seconds : batch;
    }
    printf("update_rating: %.2f ns a call; 10^8 ratings: %.2f ms (%.1f GB/s)\n", best, batch * 1e3,
           ROWS / batch * 1e-9);
    free(ratings);
    cxm_calculator_free(nps);
    return 0;
}
