"use strict";
// Search and sort. Without this script everything is shown, in its own order.
(() => {
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase(document.documentElement.lang);

  const search = () => {
    const block = document.querySelector(".search");
    if (!block) return;
    const [input, status] = [block.querySelector("input"), block.querySelector("[role=status]")];
    // A search that is in a section is of this section alone.
    const where = block.closest("section") ?? document.querySelector("main");
    const items = [...where.querySelectorAll("tbody tr, .card")]
      .filter((item) => !item.parentElement.closest(".card"))
      .map((item) => ({ item, text: folded(`${item.textContent} ${item.dataset.words ?? ""}`) }));
    input.addEventListener("input", () => {
      const words = folded(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { item, text } of items) {
        item.hidden = !words.every((word) => text.includes(word));
        shown += !item.hidden;
      }
      status.textContent = !words.length ? "" : shown ? `${shown} / ${items.length}` : status.dataset.none;
    });
    block.hidden = false;
  };

  const key = (row, column) => {
    const cell = row.cells[column];
    return (cell.dataset.key ?? cell.textContent).trim();
  };
  const compared = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

  // Numbers by size, before texts; what is empty comes last in both directions.
  const compare = (one, other, direction) => {
    if (!one || !other) return !one - !other;
    const [left, right] = [Number(one), Number(other)];
    if (Number.isNaN(left) !== Number.isNaN(right)) return direction * (Number.isNaN(left) - Number.isNaN(right));
    return direction * (Number.isNaN(left) ? compared.compare(one, other) : left - right);
  };

  const sort = (table, heading, column) => {
    const rising = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, by: key(row, column) }));
    rows.sort((one, other) => compare(one.by, other.by, rising ? 1 : -1));
    body.append(...rows.map(({ row }) => row));
  };

  const sortable = (table) => {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
  };

  document.querySelectorAll("table[data-sortable]").forEach(sortable);
  search();
})();
