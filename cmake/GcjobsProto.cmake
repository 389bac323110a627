# gcjobs_proto_library(NAME ROOT DIR PROTOS ... [GRPC] [DEPS ...]): C++ code for .proto files, whose
# paths are relative to ROOT. Debian ships no protobuf_generate().
# The target `generated` makes the files and compiles nothing.
add_custom_target(generated)
function(gcjobs_proto_library name)
  cmake_parse_arguments(ARG "GRPC" "ROOT" "PROTOS;DEPS" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/gen)
  file(MAKE_DIRECTORY ${out})
  set(sources)
  foreach(proto IN LISTS ARG_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(outputs ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    set(flags --cpp_out=${out})
    if(ARG_GRPC)
      list(APPEND outputs ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
      list(APPEND flags --grpc_out=${out}
           --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc -I ${CMAKE_SOURCE_DIR}/proto -I ${CMAKE_SOURCE_DIR} ${flags}
              ${ARG_ROOT}/${proto}
      DEPENDS ${ARG_ROOT}/${proto}
      COMMENT "Generating ${stem}.pb"
      VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  add_library(${name} STATIC ${sources})
  add_custom_target(${name}_sources DEPENDS ${sources})
  add_dependencies(generated ${name}_sources)
  list(TRANSFORM ARG_PROTOS PREPEND ${ARG_ROOT}/ OUTPUT_VARIABLE protos)
  set_target_properties(${name} PROPERTIES GCJOBS_PROTOS "${protos}"
                                           GCJOBS_PROTO_GRPC "${ARG_GRPC}")
  # SYSTEM: generated headers trip our warnings.
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  if(GCJOBS_SANITIZER STREQUAL "address")
    target_compile_options(${name} PRIVATE -fsanitize=address,undefined)
  elseif(GCJOBS_SANITIZER STREQUAL "thread")
    target_compile_options(${name} PRIVATE -fsanitize=thread)
  endif()
  if(ARG_GRPC)
    target_link_libraries(${name} PUBLIC gRPC::grpc++)
  endif()
endfunction()
