//===- ReportText.h - what compiling tells, for people and programs -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A network has the same few reasons again and again, so the text has each of
// them once, the most frequent first, with the first of their places:
//
//     not fused
//     51 times: a convolution, pooling or matrix product would compute ...
//       relu1 (Relu) -> conv2 (Conv)
//       and 50 more (--json has all)
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOOLS_TILEWRIGHT_REPORTTEXT_H
#define TILEWRIGHT_TOOLS_TILEWRIGHT_REPORTTEXT_H

#include "Console.h"

#include "tilewright/Driver/Compile.h"

namespace tilewright::cli {

std::string reportText(const CompileReport &report);
/// With all places; `output` is the module's path.
Json reportJson(const CompileReport &report, const std::string &output);

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_REPORTTEXT_H
