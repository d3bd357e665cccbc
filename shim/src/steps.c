#include "steps.h"

const char *step_name(enum step step)
{
    switch (step) {
    case STEP_NONE:
        return "none";
#define STEP_CASE(symbol, name) \
    case symbol:                \
        return name;
        STEPS(STEP_CASE)
#undef STEP_CASE
    }
    return "unknown";
}
