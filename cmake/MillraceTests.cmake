# millrace_tests: the doctest cases of test/native in one program. They see wire and engine, never Node.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/test/native/*.cpp)
if(NOT sources)
  return()
endif()

find_path(MILLRACE_DOCTEST doctest/doctest.h REQUIRED)
add_executable(millrace_tests ${sources})
target_include_directories(millrace_tests PRIVATE ${CMAKE_SOURCE_DIR}/test/native)
target_include_directories(millrace_tests SYSTEM PRIVATE ${MILLRACE_DOCTEST})
target_link_libraries(millrace_tests PRIVATE millrace_flags millrace_engine)
