import { RqdError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import type { SlotAction } from './children.js'
import type { Member } from './member.js'
import type { Exit } from './spawn.js'

/** Why an executor died that did nothing, as far as can be told from outside. */
export function troubleOf({ code, signal }: Exit, lastLine: string | undefined): string {
  const how = signal === null ? `it ended with exit code ${code ?? 0}` : `it was killed by ${signal}`
  return lastLine === undefined ? how : `${how}; its last line: ${lastLine}`
}

/** Log that executors of a slot keep dying. `exit`: of the last one; undefined if it could not be started. */
export function tellCrashLoop(
  logger: Logger,
  member: Pick<Member, 'worker' | 'trouble'>,
  { failures, delayMs, fatal }: SlotAction & { type: 'crash-loop' },
  exit: Exit | undefined,
): void {
  const sentence = fatal
    ? 'executors keep dying before they do anything; from now on one is tried only now and then'
    : 'an executor died before it did anything; the next start is delayed'
  logger.error(sentence, {
    worker: member.worker,
    failures,
    delayMs,
    exitCode: exit?.code,
    signal: exit?.signal,
    error: whyOf(member),
  })
}

/** The error of a daemon that has no executor that works. */
export function cannotStart(failures: number, member: Pick<Member, 'trouble'>): RqdError {
  const text = `${failures} executors in a row died before they could work (${whyOf(member)}): see what they printed`
  return new RqdError('RQD_EXECUTOR', text)
}

function whyOf({ trouble }: Pick<Member, 'trouble'>): string {
  return trouble ?? 'it could not be started'
}
