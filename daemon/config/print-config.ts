import { printable } from '../printable.js'
import type { Configuration } from './make-config.js'
import { fileName } from './names.js'
import { maskSecret } from './secrets.js'
import { describeOrigin } from './settings.js'

/** Every option with its value and origin, a line each, aligned. Passwords are masked. */
export function printConfig({ config, origins }: Configuration): string {
  const rows = [...origins].map(([key, origin]) => [
    fileName(key),
    showValue(maskSecret(key, config[key as keyof typeof config])),
    printable(describeOrigin(origin)),
  ])
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}\n`).join('')
}

/** The same as one JSON document. */
export function printConfigJson({ config, origins, warnings }: Configuration, file: string | undefined): string {
  const options = [...origins].map(([key, origin]) => {
    const value = maskSecret(key, config[key as keyof typeof config]) ?? null
    return [key, { value, origin: describeOrigin(origin) }] as const
  })
  return `${JSON.stringify({ file: file ?? null, options: Object.fromEntries(options), warnings }, null, 2)}\n`
}

function showValue(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return '-'
  if (Array.isArray(value)) return value.map(showValue).join(', ')
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value))
}
