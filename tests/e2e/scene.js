/* scene.js - injected for the README's picture: cameras that show drawn people in drawn rooms. */
/* SPDX-License-Identifier: MIT */
//
// A headless browser has no camera, and the fake one shows a green field. This paints what a camera
// might see; how the picture gets from there to the other pages is the real thing.
(() => {
  /**
   * @typedef {{wall: [string, string], skin: string, hair: string, shirt: string, style: string,
   *   things: string, phase: number}} Scene
   */
  /** @param {CanvasRenderingContext2D} c @param {string} color @param {number[]} points */
  const oval = (c, color, [x, y, rx, ry]) => {
    c.fillStyle = color;
    c.beginPath();
    c.ellipse(x, y, rx, ry, 0, 0, 7);
    c.fill();
  };
  /** @param {CanvasRenderingContext2D} c @param {string} color @param {number[]} box */
  const rounded = (c, color, [x, y, width, height, radius]) => {
    c.fillStyle = color;
    c.beginPath();
    c.roundRect(x, y, width, height, radius);
    c.fill();
  };

  /** The room, of 1280 x 720. @param {CanvasRenderingContext2D} c @param {Scene} scene */
  function paintRoom(c, scene) {
    const wall = c.createLinearGradient(0, 0, 1280, 720);
    wall.addColorStop(0, scene.wall[0]);
    wall.addColorStop(1, scene.wall[1]);
    c.fillStyle = wall;
    c.fillRect(0, 0, 1280, 720);
    if (scene.things === 'window') {
      rounded(c, '#ffffff', [120, 70, 330, 420, 10]);
      const sky = c.createLinearGradient(0, 80, 0, 480);
      sky.addColorStop(0, '#9fd0f5');
      sky.addColorStop(1, '#eef8ff');
      c.fillStyle = sky;
      c.fillRect(136, 86, 142, 388);
      c.fillRect(292, 86, 142, 388);
    } else if (scene.things === 'books') {
      for (const [row, y] of [150, 330].entries()) {
        rounded(c, '#8a6a4d', [70, y + 120, 380, 14, 3]);
        for (let i = 0; i < 9; i++) {
          const height = 80 + ((i * 37 + row * 23) % 36);
          const tones = ['#c9694f', '#e3b76b', '#4f7f86', '#7c8f5b', '#a34d5d', '#d9cfc0'];
          const left = 84 + i * 38;
          rounded(c, tones[(i * 5 + row) % 6], [left, y + 120 - height, 30, height, 3]);
        }
      }
    } else {
      rounded(c, '#f4efe6', [1000, 470, 130, 130, 16]);
      for (const angle of [-1.2, -0.75, -0.3, 0.15, 0.6, 1.05]) {
        c.save();
        c.translate(1065, 480);
        c.rotate(angle);
        oval(c, '#4d8a63', [0, -120, 28, 120]);
        c.restore();
      }
    }
  }

  /** @param {CanvasRenderingContext2D} c @param {Scene} scene @param {number} step */
  function paintFace(c, scene, step) {
    const blink = (step + scene.phase * 9) % 52 < 3 ? 0.12 : 1;
    const talking = 4 + 9 * Math.abs(Math.sin(step / 3 + scene.phase) * Math.sin(step / 11));
    for (const side of [-1, 1]) {
      oval(c, scene.skin, [640 + side * 122, 345, 22, 34]);
      oval(c, '#2b211d', [640 + side * 47, 330, 11, 13 * blink]);
      c.strokeStyle = scene.hair;
      c.lineWidth = 8;
      c.lineCap = 'round';
      c.beginPath();
      c.arc(640 + side * 47, 318, 34, Math.PI * 1.28, Math.PI * 1.72);
      c.stroke();
    }
    oval(c, 'rgb(120 60 40 / 25%)', [640, 372, 15, 9]);
    c.fillStyle = '#8d3b3b';
    c.beginPath();
    c.ellipse(640, 414, 42, talking + 8, 0, 0, Math.PI);
    c.fill();
  }

  /** @param {CanvasRenderingContext2D} c @param {Scene} scene @param {number} step */
  function paintPerson(c, scene, step) {
    const sway = Math.sin(step / 14 + scene.phase) * 12;
    c.save();
    c.translate(sway, 18 + Math.sin(step / 9 + scene.phase) * 5);
    if (scene.style === 'long') rounded(c, scene.hair, [490, 175, 300, 460, 140]);
    oval(c, scene.shirt, [640, 740, 330, 190]);
    rounded(c, scene.skin, [584, 430, 112, 150, 50]);
    oval(c, 'rgb(0 0 0 / 10%)', [640, 480, 62, 40]);
    c.translate(sway * 0.3, 0);
    if (scene.style === 'bun') oval(c, scene.hair, [640, 150, 66, 62]);
    if (scene.style !== 'long') oval(c, scene.hair, [640, 290, 142, 150]);
    oval(c, scene.skin, [640, 345, 124, 150]);
    c.fillStyle = scene.hair;
    c.beginPath();
    c.ellipse(640, 282, 136, 112, 0, Math.PI * 0.98, Math.PI * 2.02);
    c.quadraticCurveTo(690, 214, 600, 236);
    c.quadraticCurveTo(540, 250, 505, 296);
    c.fill();
    paintFace(c, scene, step);
    c.restore();
  }

  /** @type {any} */ (window).paintCamera = (
    /** @type {HTMLCanvasElement} */ canvas,
    /** @type {{scene: Scene}} */ camera,
    /** @type {number} */ step,
  ) => {
    const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    c.setTransform(canvas.width / 1280, 0, 0, canvas.height / 720, 0, 0);
    paintRoom(c, camera.scene);
    paintPerson(c, camera.scene, step);
  };
})();
