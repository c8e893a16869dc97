# koinon_embed(FILE NAME): compiles FILE into `extern const std::string_view koinon::embedded::NAME`
# and sets EMBEDDED_NAME to the generated source.
function(koinon_embed file name)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp)
  set(script ${PROJECT_SOURCE_DIR}/proto/embed_file.cmake)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${out} -DNAME=${name} -P ${script}
    DEPENDS ${file} ${script} VERBATIM)
  set(EMBEDDED_${name} ${out} PARENT_SCOPE)
endfunction()
