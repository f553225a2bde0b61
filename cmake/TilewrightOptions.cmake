# Compiler flags that hold for every target.
#
# NDEBUG stays defined in every configuration: the layout of some MLIR classes
# depends on it, and Debian's libraries are built with it. Our own checks use
# TW_ASSERT (Support/Assert.h).

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(TILEWRIGHT_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=")
option(TILEWRIGHT_FUZZ "Build the libFuzzer programs (needs clang)" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# -O3 costs compile time here and gains nothing.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

# ccache, where it is installed. Without these two kinds of sloppiness it would
# refuse every file that uses a precompiled header.
find_program(TILEWRIGHT_CCACHE ccache)
if(TILEWRIGHT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_SLOPPINESS=pch_defines,time_macros ${TILEWRIGHT_CCACHE})
endif()

add_compile_definitions(NDEBUG)
add_compile_options(-Wall -Wextra -Wno-unused-parameter -fno-semantic-interposition
                    -ffunction-sections -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # ccache can only share a precompiled header that holds no time stamp.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
else()
  add_compile_options(-Wno-comment -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds
                      -Wno-stringop-overflow)
endif()
option(TILEWRIGHT_ASSERTS "Check our own invariants at run time (TW_ASSERT)" OFF)
if(TILEWRIGHT_ASSERTS)
  add_compile_definitions(TILEWRIGHT_ASSERTS)
endif()
if(TILEWRIGHT_SANITIZE)
  add_compile_options(-fsanitize=${TILEWRIGHT_SANITIZE} -fno-omit-frame-pointer -g1)
  # These two look at the types of objects that libMLIR and libLLVM made.
  if(TILEWRIGHT_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=vptr,function)
  endif()
  add_link_options(-fsanitize=${TILEWRIGHT_SANITIZE})
endif()
if(TILEWRIGHT_FUZZ)
  # The counters that guide a fuzzer, in every library it runs.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
find_program(TILEWRIGHT_LLD NAMES ld.lld-22 ld.lld)
if(TILEWRIGHT_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(--ld-path=${TILEWRIGHT_LLD})
endif()
add_link_options(-Wl,--gc-sections)
