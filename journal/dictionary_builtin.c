/*
 * The dictionary that a new journal begins with, taken in as it lies in the source tree. The README
 * says how it is made; the file is checked in because it must be the same in every build.
 */
#include "journal/dictionary_priv.h"

__asm__(".section .rodata\n"
        ".global dictionary_builtin_bytes\n"
        ".global dictionary_builtin_end\n"
        ".balign 16\n"
        "dictionary_builtin_bytes:\n"
        ".incbin \"" DICTIONARY_BUILTIN_PATH "\"\n"
        "dictionary_builtin_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char dictionary_builtin_bytes[];
extern const char dictionary_builtin_end[];

struct slice dictionary_builtin(void)
{
    return slice_of(dictionary_builtin_bytes,
                    (size_t)(dictionary_builtin_end - dictionary_builtin_bytes));
}
