# One libFuzzer program for each file of test/fuzz, and millrace_fuzz for all of them.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
  message(FATAL_ERROR "libFuzzer comes with clang: configure with -DCMAKE_CXX_COMPILER=clang++")
endif()

set(instrument -fsanitize=fuzzer-no-link,address,undefined)
target_compile_options(millrace_flags INTERFACE
  ${instrument} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g)
target_compile_definitions(millrace_flags INTERFACE _GLIBCXX_ASSERTIONS)

add_custom_target(millrace_fuzz)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/test/fuzz/*.cpp)
foreach(source IN LISTS sources)
  get_filename_component(name ${source} NAME_WE)
  add_executable(fuzz_${name} ${source})
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz OUTPUT_NAME ${name})
  # Instrumented Boost code takes a minute to compile: the engine is linked only where a target includes it.
  file(STRINGS ${source} uses_engine REGEX "#include \"engine/")
  set(room millrace_wire)
  if(uses_engine)
    set(room millrace_engine)
  endif()
  target_link_libraries(fuzz_${name} PRIVATE millrace_flags ${room})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  add_dependencies(millrace_fuzz fuzz_${name})
endforeach()
