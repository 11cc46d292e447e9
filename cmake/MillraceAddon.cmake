# millrace_addon: Release/millrace.node, the one thing that Node loads.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/binding/*.cpp)
if(NOT sources)
  return()
endif()

# cmake-js hands over the header directories; without it Node itself knows where its packages are.
function(millrace_node_includes result)
  if(CMAKE_JS_INC)
    set(${result} ${CMAKE_JS_INC} PARENT_SCOPE)
    return()
  endif()
  set(script "
    const { dirname } = require('path')
    const addonApi = dirname(require.resolve('node-addon-api/package.json'))
    process.stdout.write([require('node-api-headers').include_dir, addonApi].join(';'))")
  execute_process(COMMAND node -p "${script};''"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  set(${result} ${found} PARENT_SCOPE)
endfunction()

millrace_node_includes(node_includes)
millrace_include_root(binding root)

add_library(millrace_addon MODULE ${sources} ${CMAKE_JS_SRC})
set_target_properties(millrace_addon PROPERTIES
  PREFIX "" SUFFIX ".node" OUTPUT_NAME millrace
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/$<CONFIG>)
target_include_directories(millrace_addon PRIVATE ${root})
target_include_directories(millrace_addon SYSTEM PRIVATE ${node_includes})
# A worker may be terminated between any two calls: that a failure cannot be thrown is no reason to abort.
target_compile_definitions(millrace_addon PRIVATE
  NAPI_VERSION=8 NAPI_DISABLE_CPP_EXCEPTIONS NODE_ADDON_API_DISABLE_DEPRECATED
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
target_link_libraries(millrace_addon PRIVATE millrace_flags millrace_engine ${CMAKE_JS_LIB})

if(APPLE)
  set(exports ${CMAKE_SOURCE_DIR}/cmake/addon.exports)
  target_link_options(millrace_addon PRIVATE
    -undefined dynamic_lookup -Wl,-dead_strip -Wl,-exported_symbols_list,${exports})
elseif(UNIX)
  set(exports ${CMAKE_SOURCE_DIR}/cmake/addon.map)
  # nodelete: the end of a worker thread unmaps its addons while I/O threads may still run in this one.
  target_link_options(millrace_addon PRIVATE
    -Wl,--gc-sections -Wl,-z,now,-z,relro,-z,nodelete -Wl,--version-script=${exports})
  if(NOT MILLRACE_SANITIZE)
    target_link_options(millrace_addon PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endif()
set_target_properties(millrace_addon PROPERTIES LINK_DEPENDS "${exports}")
