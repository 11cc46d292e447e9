# Every room lies in native/, beside the others, so native/ itself cannot be an include path: each room gets a root of
# its own in the build tree that holds one link, root/<room>/<room> -> native/<room>.
function(millrace_include_root name result)
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  set(source ${CMAKE_SOURCE_DIR}/native/${name})
  file(MAKE_DIRECTORY ${root})
  if(WIN32 AND NOT EXISTS ${root}/${name})
    # A junction needs no privilege, a symbolic link does.
    file(TO_NATIVE_PATH ${root}/${name} link)
    file(TO_NATIVE_PATH ${source} target)
    execute_process(COMMAND cmd /c mklink /J ${link} ${target} COMMAND_ERROR_IS_FATAL ANY)
  elseif(NOT WIN32)
    file(CREATE_LINK ${source} ${root}/${name} SYMBOLIC)
  endif()
  set(${result} ${root} PARENT_SCOPE)
endfunction()

# millrace_room(<name> [ROOMS ...] [LIBRARIES ...] [DEFINITIONS ...]) makes the library millrace_<name> from native/<name>.
function(millrace_room name)
  cmake_parse_arguments(room "" "" "ROOMS;LIBRARIES;DEFINITIONS" ${ARGN})
  millrace_include_root(${name} root)
  list(TRANSFORM room_ROOMS PREPEND millrace_)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/${name}/*.cpp)

  set(target millrace_${name})
  set(scope PUBLIC)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE millrace_flags)
  else()
    # A room of headers alone has nothing to compile.
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${root})
  target_link_libraries(${target} ${scope} ${room_ROOMS} ${room_LIBRARIES})
  target_compile_definitions(${target} ${scope} ${room_DEFINITIONS})
endfunction()
