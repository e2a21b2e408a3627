/**
 * Tables whose rows can be chosen: the box in the head chooses all, and the number of the chosen is shown where the
 * form has an element `data-chosen`.
 */
export function chooseRows(): void {
  document.addEventListener('change', (event) => {
    const box = event.target
    if (!(box instanceof HTMLInputElement) || box.type !== 'checkbox') return
    const table = box.closest('table')
    if (table !== null && box.matches('[data-all]')) {
      for (const each of boxesOf(table)) each.checked = box.checked
    }
    countChosen()
  })
  document.addEventListener('rqd-refreshed', countChosen)
  countChosen()
}

function countChosen(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-choice]')) {
    // Not form.id: that is the boxes, whose name is `id`.
    const id = form.getAttribute('id') ?? ''
    const boxes = [...document.querySelectorAll<HTMLInputElement>(`input[type=checkbox][form="${id}"]`)]
    const chosen = boxes.filter(({ checked }) => checked).length
    for (const place of form.querySelectorAll('[data-chosen]')) place.textContent = String(chosen)
    for (const button of form.querySelectorAll<HTMLButtonElement>('button[data-needs-choice]')) {
      button.disabled = chosen === 0
    }
  }
}

function boxesOf(table: Element): HTMLInputElement[] {
  return [...table.querySelectorAll<HTMLInputElement>('tbody input[type=checkbox]')]
}
