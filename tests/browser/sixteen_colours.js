// Draws a picture again with the sixteen colours it has most of: a page needs no more, and takes a tenth.
async source => {
    const picture = new Image();
    picture.src = "data:image/png;base64," + source;
    await picture.decode();
    const {width, height} = picture;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
    const parts = one => [one & 255, one >> 8 & 255, one >> 16 & 255];
    const apart = (a, b) => a.reduce((sum, part, place) => sum + (part - b[place]) ** 2, 0);
    const palette = [];
    // The most frequent colours that are not shades of one another.
    for (const near of [900, 300, 60, 0]) {
        for (const [one] of [...counts].sort((a, b) => b[1] - a[1]).slice(0, 400)) {
            if (palette.length === 16) break;
            if (palette.every(other => apart(other, parts(one)) > near)) palette.push(parts(one));
        }
    }
    const nearest = new Map();
    for (const one of counts.keys()) {
        const own = parts(one);
        let best = 0;
        palette.forEach((other, place) => {
            if (apart(own, other) < apart(own, palette[best])) best = place;
        });
        nearest.set(one, best);
    }
    const line = Math.ceil(width / 2) + 1;
    const raw = new Uint8Array(line * height);
    for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
            raw[y * line + 1 + (x >> 1)] |= nearest.get(pixels[y * width + x]) << (x & 1 ? 0 : 4);
    const table = [...Array(256).keys()].map(start => {
        let value = start;
        for (let turn = 0; turn < 8; turn++) value = value & 1 ? 0xEDB88320 ^ value >>> 1 : value >>> 1;
        return value;
    });
    const checked = bytes => {
        let value = -1;
        for (const byte of bytes) value = table[(value ^ byte) & 255] ^ value >>> 8;
        return ~value;
    };
    const number = value => [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
    const chunk = (kind, bytes) => {
        const body = [...new TextEncoder().encode(kind), ...bytes];
        return [...number(bytes.length), ...body, ...number(checked(body))];
    };
    const packing = new Blob([raw]).stream().pipeThrough(new CompressionStream("deflate"));
    const packed = new Uint8Array(await new Response(packing).arrayBuffer());
    const head = [...number(width), ...number(height), 4, 3, 0, 0, 0];
    const file = [
        137, 80, 78, 71, 13, 10, 26, 10, ...chunk("IHDR", head), ...chunk("PLTE", palette.flat()),
        ...chunk("IDAT", packed), ...chunk("IEND", []),
    ];
    let text = "";
    for (const byte of file) text += String.fromCharCode(byte);
    return btoa(text);
}
