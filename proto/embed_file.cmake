file(READ ${INPUT} content)
file(WRITE ${OUTPUT} "#include <string_view>\nnamespace koinon::embedded {\nextern const std::string_view ${NAME};\nconst std::string_view ${NAME} = R\"KOINON(${content})KOINON\";\n}\n")
