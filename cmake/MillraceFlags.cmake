# millrace_flags: the compile and link flags that every target of the project shares.
add_library(millrace_flags INTERFACE)

if(MSVC)
  target_compile_options(millrace_flags INTERFACE /W4 /permissive- $<$<BOOL:${MILLRACE_WERROR}>:/WX>)
  return()
endif()

target_compile_options(millrace_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${MILLRACE_WERROR}>:-Werror>
  -ffunction-sections -fdata-sections -fno-plt)

if(MILLRACE_SANITIZE)
  set(sanitizers -fsanitize=${MILLRACE_SANITIZE})
  # vptr: its runtime must be able to suppress a report (test/asan/ubsan.supp); halt_on_error ends the rest.
  target_compile_options(millrace_flags INTERFACE
    ${sanitizers} -fno-sanitize-recover=all -fsanitize-recover=vptr -fno-omit-frame-pointer -O1 -g)
  target_compile_definitions(millrace_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(millrace_flags INTERFACE ${sanitizers})
endif()
