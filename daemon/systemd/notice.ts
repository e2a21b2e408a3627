/** What systemd can be told at once (sd_notify(3)). */
export interface Notice {
  /** The daemon works. */
  readonly ready?: true
  /** It is about to end. */
  readonly stopping?: true
  /** It is alive: the watchdog counts anew. */
  readonly watchdog?: true
  /** Starting or stopping may take so much longer from now on, seconds. */
  readonly extendSec?: number
  /** One line for `systemctl status`. */
  readonly status?: string
}

const MICROSECONDS = 1_000_000

/** The assignments that make up the message. */
export function toVariables({ ready, stopping, watchdog, extendSec, status }: Notice): string[] {
  return [
    ...(ready === undefined ? [] : ['READY=1']),
    ...(stopping === undefined ? [] : ['STOPPING=1']),
    ...(watchdog === undefined ? [] : ['WATCHDOG=1']),
    ...(extendSec === undefined ? [] : [`EXTEND_TIMEOUT_USEC=${extendSec * MICROSECONDS}`]),
    ...(status === undefined ? [] : [`STATUS=${oneLine(status)}`]),
  ]
}

/** A message is one assignment a line: a line break in a text would begin another one. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}
