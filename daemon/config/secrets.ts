import { redactUrl } from '../../src/redis/redact-url.js'

const MASK = '***'

/** The value of an option as it may be shown: without passwords and keys. */
export function maskSecret(key: string, value: unknown): unknown {
  if (key === 'sentinel') return maskFields(value)
  if (/password|token/i.test(key)) return MASK
  if (typeof value !== 'string') return value
  if (key === 'url') return redactUrl(value)
  // The key is what stands for the user in a DSN.
  return key === 'sentryDsn' ? value.replace(/^([a-z]+:\/\/)?.*@/i, `$1${MASK}@`) : value
}

function maskFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      /password/i.test(key) && typeof each === 'string' ? MASK : (each as unknown),
    ]),
  )
}
