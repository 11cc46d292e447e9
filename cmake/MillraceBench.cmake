# millrace_load, the native load client, uses nothing of millrace. Each file of bench/beast is one reference server.
# millrace_bench builds them all.
add_custom_target(millrace_bench)

file(GLOB load_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/load/*.cpp)
if(load_sources)
  add_executable(millrace_load ${load_sources})
  target_link_libraries(millrace_load PRIVATE millrace_flags Threads::Threads)
  set_target_properties(millrace_load PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(millrace_bench millrace_load)
endif()

file(GLOB references CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/beast/*.cpp)
foreach(source IN LISTS references)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE millrace_flags Boost::headers Threads::Threads)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(millrace_bench ${name})
endforeach()
