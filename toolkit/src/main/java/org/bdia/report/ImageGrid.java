package org.bdia.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Small images side by side, each over its label, to look at data.
 *
 * @param title what the images are
 * @param images at least one, all of one size
 */
public record ImageGrid(String title, List<Labelled> images) {

    private static final int COLUMNS = 8;
    private static final int TILE = 96;
    private static final int GAP = 6;
    private static final int LINE = 16;
    private static final int HEADER = 26;
    private static final int CHARACTERS = 14;
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);
    private static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Color INK = new Color(0x222222);

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if there is no image
     */
    public ImageGrid {
        images = List.copyOf(images);
        if (images.isEmpty()) {
            throw new IllegalArgumentException("'" + title + "' has no image to show");
        }
    }

    /**
     * An image and its label.
     *
     * @param side S in pixels
     * @param pixels uint8 (3, S, S), red, green, blue
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Labelled(String label, int side, byte[] pixels) {

        private BufferedImage image() {
            var image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
            int plane = side * side;
            for (int i = 0; i < plane; i++) {
                int red = pixels[i] & 255;
                int green = pixels[plane + i] & 255;
                int blue = pixels[2 * plane + i] & 255;
                image.setRGB(i % side, i / side, red << 16 | green << 8 | blue);
            }
            return image;
        }

        private String shortLabel() {
            return label.length() <= CHARACTERS ? label : label.substring(0, CHARACTERS - 1) + "…";
        }
    }

    /** Returns the grid as PNG under its title, eight images a row, each enlarged or reduced to 96 × 96. */
    public byte[] png() {
        int rows = (images.size() + COLUMNS - 1) / COLUMNS;
        int height = TILE + LINE + GAP;
        var grid =
                new BufferedImage(
                        COLUMNS * (TILE + GAP) + GAP,
                        HEADER + rows * height + GAP,
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D g = grid.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, grid.getWidth(), grid.getHeight());
        boolean small = images.get(0).side() <= TILE;
        g.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                small
                        ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                        : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(INK);
        g.setFont(TITLE);
        g.drawString(title, GAP, HEADER - GAP);
        g.setFont(LABEL);
        for (int i = 0; i < images.size(); i++) {
            int x = GAP + i % COLUMNS * (TILE + GAP);
            int y = HEADER + i / COLUMNS * height;
            g.drawImage(images.get(i).image(), x, y, TILE, TILE, null);
            g.drawString(images.get(i).shortLabel(), x, y + TILE + LABEL.getSize());
        }
        g.dispose();
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(grid, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return title + ": " + String.join(", ", images.stream().map(Labelled::label).toList());
    }
}
