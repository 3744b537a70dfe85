// Small aids to forms: the error summary takes the focus, a grave act is confirmed.

function confirmed(form: HTMLFormElement, button: HTMLElement, question: string): void {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = question;
  text.id = "question";
  dialog.setAttribute("aria-labelledby", text.id);
  const actions = document.createElement("div");
  actions.className = "rang";
  const yes = document.createElement("button");
  yes.className = "btn plein";
  yes.textContent = button.textContent?.trim() ?? "";
  const no = document.createElement("button");
  no.className = "btn";
  no.textContent = button.dataset.lCancel ?? "×";
  actions.append(yes, no);
  dialog.append(text, actions);
  document.body.append(dialog);
  yes.addEventListener("click", () => {
    delete button.dataset.confirm;
    dialog.close();
    form.requestSubmit(button);
  });
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    button.focus();
  });
  dialog.showModal();
}

export function startForms(): void {
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const question = button instanceof HTMLElement ? button.dataset.confirm : undefined;
    if (!question || !(event.target instanceof HTMLFormElement) || !(button instanceof HTMLElement)) return;
    event.preventDefault();
    confirmed(event.target, button, question);
  });
}
