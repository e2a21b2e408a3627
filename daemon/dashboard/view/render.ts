import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Reply } from '../ask.js'

/** An answer that is a page. Everything in it is escaped by the renderer: no page makes HTML of its own. */
export function htmlReply(status: number, page: VNode, headers: Reply['headers'] = {}): Reply {
  const body = `<!doctype html>\n${renderToString(page)}\n`
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body }
}
