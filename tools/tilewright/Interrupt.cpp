//===- Interrupt.cpp - Ctrl-C as a request ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interrupt.h"

#include "Console.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace tilewright::cli {

Interrupt::Interrupt(std::function<void()> abandon)
    : abandon(std::move(abandon)) {
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  // Threads that start from now on inherit the mask, so that the signals reach
  // the descriptor alone.
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  signalDescriptor = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  endDescriptor = eventfd(0, EFD_CLOEXEC);
  try {
    if (signalDescriptor >= 0 && endDescriptor >= 0)
      watcher = std::thread([this] { watch(); });
  } catch (const std::system_error &) {
    watcher = std::thread(); // No thread can be had.
  }
  // Without a watcher a signal does what it always does.
  if (!watcher.joinable())
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Interrupt::~Interrupt() {
  if (watcher.joinable()) {
    uint64_t one = 1;
    (void)!::write(endDescriptor, &one, sizeof(one));
    watcher.join();
  }
  ::close(signalDescriptor);
  ::close(endDescriptor);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Interrupt::watch() {
  pollfd descriptors[] = {{endDescriptor, POLLIN, 0},
                          {signalDescriptor, POLLIN, 0}};
  while (poll(descriptors, 2, -1) < 0) {
  }
  if (descriptors[0].revents)
    return;
  // Taken off, or it would come again when the mask is put back.
  signalfd_siginfo info;
  (void)!::read(signalDescriptor, &info, sizeof(info));
  requested_ = true;
  constexpr int patience = 500;
  if (poll(descriptors, 1, patience) > 0)
    return;
  abandon();
  _exit(exitInterrupted);
}

} // namespace tilewright::cli
