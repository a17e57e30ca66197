// The same library from C++: thirty lines that own handles and turn errors into exceptions.
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cxm.h"

namespace {

void must(cxm_status status, const cxm_error &err) {
    if (status != CXM_STATUS_OK) {
        throw std::runtime_error(std::string(cxm_status_name(status)) + ": " + err.message);
    }
}

class Calculator {
  public:
    explicit Calculator(const std::string &name, const std::string &definition = "{}") {
        cxm_error err = CXM_ERROR_INIT;
        cxm_calculator *made = nullptr;
        must(cxm_calculator_new(name.data(), name.size(), definition.data(), definition.size(),
                                &made, &err),
             err);
        handle_.reset(made);
    }
    void update(const std::vector<std::uint8_t> &ratings) {
        cxm_error err = CXM_ERROR_INIT;
        must(cxm_calculator_update_u8(handle_.get(), ratings.data(), ratings.size(), &err), err);
    }
    void merge(const Calculator &other) {
        cxm_error err = CXM_ERROR_INIT;
        must(cxm_calculator_merge(handle_.get(), other.handle_.get(), &err), err);
    }
    double score() const {
        cxm_error err = CXM_ERROR_INIT;
        double score = 0.0;
        must(cxm_calculator_score(handle_.get(), &score, nullptr, &err), err);
        return score;
    }

  private:
    struct Free {
        void operator()(cxm_calculator *calculator) const { cxm_calculator_free(calculator); }
    };
    std::unique_ptr<cxm_calculator, Free> handle_;
};

} // namespace

int main() {
    Calculator spring("nps"), summer("nps");
    spring.update({10, 9, 9, 8, 7, 6, 0});
    summer.update({10, 10, 9});
    std::printf("spring %+.1f, summer %+.1f\n", spring.score(), summer.score());
    spring.merge(summer);
    std::printf("both %+.1f\n", spring.score());
    try {
        Calculator("csat", R"({"preset": "unknown"})");
    } catch (const std::runtime_error &error) {
        std::printf("%s\n", error.what());
    }
    return 0;
}
