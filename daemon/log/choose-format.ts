import { fstatSync } from 'node:fs'

/** What tells one file from another. */
interface FileIds {
  readonly dev: number
  readonly ino: number
}

const STDERR = 2

/**
 * The format that `auto` stands for: `journald` where stderr is the journal itself, as systemd says by the numbers in
 * `$JOURNAL_STREAM`, else `text`. The variable alone proves nothing: whatever a service starts has it too.
 */
export function chooseFormat(
  format: string,
  environment: Readonly<Record<string, string | undefined>>,
  stderrIds: () => FileIds = () => fstatSync(STDERR),
): string {
  if (format !== 'auto') return format
  const journal = environment['JOURNAL_STREAM'] ?? ''
  if (journal === '') return 'text'
  const { dev, ino } = stderrIds()
  return journal === `${dev}:${ino}` ? 'journald' : 'text'
}
