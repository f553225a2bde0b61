# The functions that the CMakeLists.txt of every folder use.

# tilewright_library(NAME [MLIR] SOURCES a.cpp ... [LINK lib ...] [DEPENDS target ...])
#
# A static library `Tilewright<NAME>`. With MLIR it sees MLIR's and LLVM's
# headers, shares the precompiled header of TilewrightMLIRHeaders and links the
# MLIR and LLVM shared libraries; without it, it cannot include them.
function(tilewright_library name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  set(target Tilewright${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
  target_link_libraries(${target} PUBLIC ${ARG_LINK})
  if(ARG_MLIR)
    target_include_directories(${target} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
    target_link_libraries(${target} PUBLIC MLIR LLVM)
    if(NOT target STREQUAL "TilewrightMLIRHeaders")
      target_precompile_headers(${target} REUSE_FROM TilewrightMLIRHeaders)
      target_link_libraries(${target} PUBLIC TilewrightMLIRHeaders)
    endif()
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${target} ${ARG_DEPENDS})
  endif()
endfunction()

# tilewright_tablegen(TARGET FILE.td OUT GENERATOR [OUT GENERATOR ...])
#
# Runs mlir-tblgen on FILE.td of the current folder; TARGET builds the outputs.
# A generator is its flags, separated by commas.
function(tilewright_tablegen target file)
  set(LLVM_TARGET_DEFINITIONS ${file})
  set(LLVM_TABLEGEN_FLAGS "")
  include_directories(${MLIR_INCLUDE_DIRS} ${PROJECT_SOURCE_DIR}/include)
  set(rest ${ARGN})
  while(rest)
    list(POP_FRONT rest out generator)
    string(REPLACE "," ";" generator ${generator})
    mlir_tablegen(${out} ${generator})
  endwhile()
  add_public_tablegen_target(${target})
endfunction()

# The pages of documentation that are made from the sources, in docs/ of the build
# folder; built with everything else where tests look at them.
if(TILEWRIGHT_BUILD_TESTS AND NOT TILEWRIGHT_SANITIZE)
  add_custom_target(docs ALL)
else()
  add_custom_target(docs)
endif()

# tilewright_page(OUT.md DEPENDS file ... COMMAND ...)
#
# The command makes docs/OUT.md of the build folder, a part of the target `docs`.
function(tilewright_page out)
  cmake_parse_arguments(ARG "" "" "DEPENDS;COMMAND" ${ARGN})
  set(page ${PROJECT_BINARY_DIR}/docs/${out})
  get_filename_component(folder ${page} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${page} COMMAND ${ARG_COMMAND} ${page} DEPENDS ${ARG_DEPENDS} VERBATIM)
  string(MAKE_C_IDENTIFIER "docs-${out}" target)
  add_custom_target(${target} DEPENDS ${page})
  add_dependencies(docs ${target})
endfunction()

# tilewright_doc(FILE.td OUT.md GENERATOR)
#
# The descriptions in FILE.td as the page OUT.md. A generator is its flags,
# separated by commas.
function(tilewright_doc file out generator)
  set(LLVM_TARGET_DEFINITIONS ${file})
  include_directories(${MLIR_INCLUDE_DIRS} ${PROJECT_SOURCE_DIR}/include)
  string(REPLACE "," ";" generator ${generator})
  get_filename_component(stem ${out} NAME)
  tablegen(MLIR ${stem} ${generator})
  tilewright_page(${out}
    DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${stem}
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_BINARY_DIR}/${stem})
endfunction()
