import { parseDurationSec, type Duration } from './duration.js'
import { RqdError } from './errors.js'
import type { Webhook } from './job/hash.js'

/** RQ's limit of a webhook that does not say, seconds. */
const DEFAULT_TIMEOUT_SEC = 10

/** An HTTP call that is made when a job has ended. */
export interface WebhookOptions {
  /** An address with http: or https:, and no credentials in it. */
  url: string
  /** The end after which it is made. `failed`: for good, not before a retry. Default `finished`. */
  jobStatus?: Webhook['jobStatus']
  /** POST tells of the job in its body, GET in headers alone. Default POST. */
  method?: Webhook['method']
  /** Sent along. They lie in Redis in plain text. */
  headers?: Readonly<Record<string, string>>
  /** Whole seconds that an answer may take, at most 60. Default 10. */
  timeout?: Duration
}

/**
 * A webhook as an option of a job, checked.
 * @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION
 */
export function webhook(url: string, options: Omit<WebhookOptions, 'url'> = {}): WebhookOptions {
  const option = { ...options, url }
  webhookOf(option)
  return option
}

/** The webhook that an option describes. @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION */
export function webhookOf(option: WebhookOptions): Webhook {
  const { url, jobStatus = 'finished', method = 'POST', headers = null, timeout = DEFAULT_TIMEOUT_SEC } = option
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) throw wrong('url', url, 'an http: or https: address')
  if (parsed.username !== '' || parsed.password !== '') {
    throw new RqdError('RQD_BAD_OPTION', 'the url of a webhook holds credentials; expected them in its headers')
  }
  if (!['finished', 'failed'].includes(jobStatus)) throw wrong('jobStatus', jobStatus, '"finished" or "failed"')
  if (!['GET', 'POST'].includes(method)) throw wrong('method', method, '"GET" or "POST"')
  checkHeaders(headers)
  const timeoutSec = parseDurationSec(timeout, 'timeout of the webhook')
  if (timeoutSec < 1 || timeoutSec > 60) throw wrong('timeout', timeoutSec, '1 to 60 seconds')
  return { url, jobStatus, method, headers, timeoutSec }
}

function checkHeaders(headers: Readonly<Record<string, string>> | null): void {
  try {
    new Headers(headers ?? {})
  } catch (cause) {
    const text = 'the headers of a webhook are no names with texts that HTTP allows'
    throw new RqdError('RQD_BAD_OPTION', text, { cause })
  }
}

function wrong(what: string, found: unknown, expected: string): RqdError {
  return new RqdError('RQD_BAD_OPTION', `${what} of the webhook is ${JSON.stringify(found)}; expected ${expected}`)
}
