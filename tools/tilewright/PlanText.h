//===- PlanText.h - a launch plan as text -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For people, one line for each command, what is in branches and loops
// indented:
//
//     conv1_0(x, w0) -> (b2)  blocks 8*N  [conv1 (Conv), relu1 (Relu)]
//     bind count = c4
//     loop ...
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOOLS_TILEWRIGHT_PLANTEXT_H
#define TILEWRIGHT_TOOLS_TILEWRIGHT_PLANTEXT_H

#include "tilewright/Module/Plan.h"

namespace tilewright::cli {

/// The buffers, a line each.
std::string buffersText(const Plan &plan);
/// The commands.
std::string commandsText(const Plan &plan);
/// Every kernel launch of the plan, those in branches and loops too, in order.
std::vector<const Command *> kernelLaunches(const Plan &plan);

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_PLANTEXT_H
