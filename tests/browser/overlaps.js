/* What lies on top of something else, or is cut off: words over words, words over what can be used. */
() => {
    const shown = element => element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})
        && !element.closest(".visually-hidden, .skip, option")
        // The heads of a table that has become cards are read aloud only.
        && getComputedStyle(element.closest("thead") || element).clipPath === "none";
    const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary";

    /* The part of a box that can be seen: what scrolls shows no more than its own window. */
    const visible = (box, element) => {
        let {left, right, top, bottom} = box;
        for (let up = element; up && up !== document.body; up = up.parentElement) {
            if (getComputedStyle(up).overflowX === "visible") continue;
            const window = up.getBoundingClientRect();
            left = Math.max(left, window.left);
            right = Math.min(right, window.right);
            top = Math.max(top, window.top);
            bottom = Math.min(bottom, window.bottom);
        }
        return {left, right, top, bottom};
    };

    const boxes = [];
    const add = (box, node, element, name, spare) => {
        const seen = visible(box, element);
        const height = seen.bottom - seen.top;
        if (seen.right - seen.left < 2 || height < 2) return;
        boxes.push({...seen, top: seen.top + height * spare, bottom: seen.bottom - height * spare, node, element, name});
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, element = node.parentElement;
        if (!node.data.trim() || !shown(element)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        // A font's own height is more than its letters': lines that touch do not lie on one another.
        for (const box of range.getClientRects()) add(box, node, element, node.data.trim().slice(0, 60), 0.25);
    }
    for (const element of document.querySelectorAll(usable)) {
        // The box of a link that runs over two lines is wider than the link; its words are looked at above.
        if (getComputedStyle(element).display === "inline" || !shown(element)) continue;
        add(element.getBoundingClientRect(), element, element.parentElement, element.outerHTML.slice(0, 90), 0);
    }

    const found = new Set();
    boxes.sort((one, other) => one.top - other.top);
    boxes.forEach((one, place) => {
        for (const other of boxes.slice(place + 1)) {
            if (other.top >= one.bottom - 1) break;
            if (one.node === other.node || one.node.contains(other.node) || other.node.contains(one.node)) continue;
            const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
            if (across > 1) found.add(`${one.name} lies on ${other.name}`);
        }
    });
    for (const element of document.querySelectorAll("body *")) {
        if (!shown(element) || !element.textContent.trim()) continue;
        const {overflowX} = getComputedStyle(element);
        const boxed = ["hidden", "clip"].includes(overflowX) || element.localName === "button";
        if (boxed && element.scrollWidth > element.clientWidth + 1)
            found.add(`is cut off: ${element.outerHTML.slice(0, 120)}`);
    }
    return [...found].slice(0, 6);
}
